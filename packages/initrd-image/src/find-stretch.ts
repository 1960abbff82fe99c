import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type StreamedContent, type StreamedEntry, contentOffset } from "./cpio.ts";
import type { KeptStretch } from "./kept-stretch.ts";
import type { Compression } from "./plan.ts";
import { takeFrom } from "./taker.ts";
import { removeLeftovers, temporaryBeside } from "./temporary-file.ts";
import { resetLength } from "./zstd-compress.ts";

type Bytes = AsyncIterable<Uint8Array>;

/** How the stretch is compressed, and where the result is kept. */
export interface KeepOptions {
  readonly compression: Compression;
  readonly level: number | undefined;
  readonly cache: string | undefined;
}

/**
 * Finds the stretch of an archive that is the same from build to build: the file `path`, from its first run of
 * zeros to its last. Where a cache is given, the compressed stretch is kept there.
 *
 * The stretch depends on the file alone, so that an image is the same with a cache and without.
 */
export async function findStretch(
  entries: readonly StreamedEntry[],
  path: string,
  { compression, level, cache }: KeepOptions,
): Promise<KeptStretch | undefined> {
  const content = entries.find((entry) => entry.path === path)?.content;
  if (content === undefined || content instanceof Uint8Array) return undefined;
  const found = await betweenZeros(content);
  if (found === undefined) return undefined;
  const version = compression === "zstd" ? [process.versions.zstd, level] : [];
  const name = [found.sha256, compression, form, ...version].join("-");
  return {
    offset: contentOffset(entries, path) + found.start,
    size: found.end - found.start,
    compressed: (input, compress) =>
      cache === undefined ? compress(input) : kept(join(cache, name), () => compress(input)),
  };
}

/** Counts up when this package comes to compress the same input to other bytes. */
const form = 2;

interface Between {
  /** Behind the first run of zeros. */
  readonly start: number;
  /** Before the last run of zeros. */
  readonly end: number;
  readonly sha256: string;
}

/** Runs that a block of 1 MiB holds whole count; there are thousands in a program. */
async function betweenZeros(content: StreamedContent): Promise<Between | undefined> {
  const zeros = Buffer.alloc(resetLength);
  const hash = createHash("sha256");
  const { take } = takeFrom(content.stream());
  let [start, end, offset] = [-1, -1, 0];
  for (let bytes = await take(1 << 20); bytes.length > 0; bytes = await take(1 << 20)) {
    hash.update(bytes);
    const [first, last] = [bytes.indexOf(zeros), bytes.lastIndexOf(zeros)];
    if (start < 0 && first >= 0) start = offset + first + resetLength;
    if (last >= 0) end = offset + last;
    offset += bytes.length;
  }
  return start >= 0 && end > start ? { start, end, sha256: hash.digest("hex") } : undefined;
}

/** Gives what is kept in `file`; makes it when it is not there yet, and keeps it where that can be done. */
async function* kept(file: string, make: () => Bytes): AsyncGenerator<Uint8Array> {
  if (existsSync(file)) {
    yield* createReadStream(file);
    return;
  }
  const cache = dirname(file);
  const part = join(cache, "part");
  const temporary = temporaryBeside(part);
  const handle = await unlessItFails(async () => {
    await mkdir(cache, { recursive: true });
    await removeLeftovers(part);
    return open(temporary, "wx");
  });
  let isWhole = handle !== undefined;
  try {
    for await (const piece of make()) {
      isWhole &&=
        (await unlessItFails(async () => handle?.writeFile(piece).then(() => true))) ?? false;
      yield piece;
    }
    if (isWhole) await unlessItFails(() => rename(temporary, file));
  } finally {
    await handle?.close();
    await rm(temporary, { force: true }).catch(() => undefined);
  }
  await unlessItFails(() => removeOldest(cache));
}

/** A cache that cannot be written, or is full, is no reason not to build. */
async function unlessItFails<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

/** Keeps the newest: those of the current runtime for both machine types and two compressions. */
async function removeOldest(cache: string): Promise<void> {
  const names = await keptIn(cache);
  const files = await Promise.all(
    names.map(async (name) => ({ name, time: (await stat(join(cache, name))).mtimeMs })),
  );
  const old = files.toSorted((one, other) => other.time - one.time).slice(mostKept);
  await Promise.all(old.map(({ name }) => rm(join(cache, name), { force: true })));
}

const mostKept = 4;

/** Forgets everything that is kept: some of it is not what it was. */
export async function forgetKept(cache: string): Promise<void> {
  const names = await keptIn(cache).catch(() => []);
  await Promise.all(names.map((name) => rm(join(cache, name), { force: true })));
}

async function keptIn(cache: string): Promise<readonly string[]> {
  return (await readdir(cache)).filter((name) => /^[0-9a-f]{64}-(?:lz4|zstd)-/.test(name));
}
