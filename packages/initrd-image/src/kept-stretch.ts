import { createHash, randomUUID } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type StreamedContent, type StreamedEntry, contentOffset } from "./cpio.ts";
import { takeFrom } from "./taker.ts";
import { type ZstdStretch, resetLength } from "./zstd-compress.ts";

/** How the stretch is compressed, and where the result is kept. */
export interface KeepOptions {
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
  { level, cache }: KeepOptions,
): Promise<ZstdStretch | undefined> {
  const content = entries.find((entry) => entry.path === path)?.content;
  if (content === undefined || content instanceof Uint8Array) return undefined;
  const found = await betweenZeros(content);
  if (found === undefined) return undefined;
  const key = `${found.sha256}-${process.versions.zstd}-${level}`;
  return {
    offset: contentOffset(entries, path) + found.start,
    size: found.end - found.start,
    frame: (input, compressFrame) =>
      cache === undefined
        ? compressFrame(input)
        : keptFrame(cache, key, () => compressFrame(input)),
  };
}

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

/** Gives the frame that is kept under `key`; makes it when it is not there yet. */
async function* keptFrame(
  cache: string,
  key: string,
  make: () => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const file = join(cache, `${key}.zst`);
  if (!existsSync(file)) {
    await mkdir(cache, { recursive: true });
    const temporary = join(cache, `.${key}.${randomUUID()}`);
    try {
      await writeFile(temporary, make());
      await rename(temporary, file);
    } finally {
      await rm(temporary, { force: true });
    }
    await removeOldest(cache);
  }
  yield* createReadStream(file, { highWaterMark: 1 << 18 });
}

/** Keeps the newest frames: those of the current runtime for both machine types, and of the one before. */
async function removeOldest(cache: string): Promise<void> {
  const names = await framesIn(cache);
  const files = await Promise.all(
    names.map(async (name) => ({ name, time: (await stat(join(cache, name))).mtimeMs })),
  );
  const old = files.toSorted((one, other) => other.time - one.time).slice(mostFrames);
  await Promise.all(old.map(({ name }) => rm(join(cache, name), { force: true })));
}

const mostFrames = 4;

/** Forgets everything that is kept: one of the frames is not what it was. */
export async function forgetFrames(cache: string): Promise<void> {
  const names = await framesIn(cache).catch(() => []);
  await Promise.all(names.map((name) => rm(join(cache, name), { force: true })));
}

async function framesIn(cache: string): Promise<readonly string[]> {
  return (await readdir(cache)).filter((name) => /^[0-9a-f]{64}-.*\.zst$/.test(name));
}
