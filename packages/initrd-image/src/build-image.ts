import { createHash } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { errorCode } from "@earlyboot/linux-syscalls";
import { compress, decompress, defaultLevels, levelRanges } from "./compression.ts";
import { type StreamedEntry, streamCpio } from "./cpio.ts";
import { ImageError } from "./image-error.ts";
import { findStretch, forgetKept } from "./find-stretch.ts";
import type { KeptStretch } from "./kept-stretch.ts";
import type {
  BuildOptions,
  BuildResult,
  BuiltEntry,
  Compression,
  ImagePlan,
  PlannedEntry,
  PlannedSource,
} from "./plan.ts";
import { archiveEntry } from "./planned-content.ts";
import { removeLeftovers, temporaryBeside } from "./temporary-file.ts";

type Bytes = AsyncIterable<Uint8Array>;

/** One part of the image that has been written. */
interface WrittenPart {
  readonly compression: Compression;
  /** Where it is in the file. */
  readonly offset: number;
  readonly end: number;
  /** The size of its archive, and the SHA-256 of that. */
  readonly unpackedSize: number;
  readonly sha256: string;
  /** What its files take. */
  readonly files: readonly BuiltEntry[];
}

/**
 * Builds an image: streams the plan's entries, compressed, into a new file beside `output`, reads that back
 * whole, and only then gives it the name `output`. Whatever interrupts it, `output` is the old image or the new.
 *
 * The same plan, sources and options give the same bytes, whoever builds, where and when.
 *
 * @throws ImageError `verification`: what was read back is not what was written; `bad-option`: a level that the
 *   compression does not have, or an output that is no file; other codes: a source is not what it was when the
 *   plan was made. Node's own errors for the output: `ENOSPC`, `EACCES`, …
 */
export async function buildImage(plan: ImagePlan, options: BuildOptions): Promise<BuildResult> {
  checkLevel(options);
  const output = await behindLinks(resolve(options.output));
  const directory = dirname(output);
  await checkOutput(output);
  await removeLeftovers(output);
  const temporary = temporaryBeside(output);
  try {
    const parts = await writeParts(temporary, plan, options);
    const sha256 = await verify(temporary, parts, options);
    await rename(temporary, output);
    await syncDirectory(directory);
    return {
      output,
      size: parts.at(-1)?.end ?? 0,
      unpackedSize: parts.reduce((total, { unpackedSize }) => total + unpackedSize, 0),
      sha256,
      compression: options.compression ?? "zstd",
      largest: parts.flatMap(({ files }) => files).toSorted((one, other) => other.size - one.size),
    };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function checkLevel({ compression = "zstd", level }: BuildOptions): void {
  if (level === undefined) return;
  const range = levelRanges[compression];
  if (range === undefined) {
    const text = `${compression} has no levels, and ${level} was asked for: leave it out`;
    throw new ImageError("bad-option", text);
  }
  const [least, most] = range;
  if (Number.isInteger(level) && level >= least && level <= most) return;
  const text = `${compression} has the levels ${least} to ${most}, and ${level} was asked for`;
  throw new ImageError("bad-option", text);
}

/** A new name for what is no file would take its place: `/dev/null`, for instance. */
async function checkOutput(output: string): Promise<void> {
  const status = await stat(output).catch((error: unknown) => {
    if (errorCode(error) !== "ENOENT") throw error;
  });
  if (status !== undefined && !status.isFile()) {
    const what = status.isDirectory() ? "a directory" : "not a regular file";
    throw new ImageError("bad-option", `${output} is ${what}: name a file for the image`);
  }
  if (status === undefined && !existsSync(dirname(output))) {
    throw new ImageError(
      "bad-option",
      `there is no directory ${dirname(output)} for the image: make it, or name another place`,
    );
  }
}

/** A link stays a link: what it names is replaced. */
async function behindLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return path;
    throw error;
  }
}

/** The early part, where there is one, and the main part; they are on the disk when this resolves. */
async function writeParts(
  path: string,
  plan: ImagePlan,
  options: BuildOptions,
): Promise<readonly WrittenPart[]> {
  const count = progressCounter([...plan.early, ...plan.entries], options);
  const archived = (entries: readonly PlannedEntry[]): readonly StreamedEntry[] =>
    entries.map((entry) => archiveEntry(entry, plan.modified));
  const [early, main] = [archived(plan.early), archived(plan.entries)];
  const file = await open(path, "wx", 0o600);
  try {
    const parts: WrittenPart[] = [];
    if (early.length > 0) {
      parts.push(await writePart(file, 0, archiveOf(early, count), { compression: "none" }));
    }
    const method = await compressionMethod(main, plan, options);
    parts.push(await writePart(file, parts.at(-1)?.end ?? 0, archiveOf(main, count), method));
    await file.sync();
    return parts;
  } finally {
    await file.close();
  }
}

interface CompressionMethod {
  readonly compression: Compression;
  readonly level?: number | undefined;
  readonly stretch?: KeptStretch | undefined;
}

async function compressionMethod(
  entries: readonly StreamedEntry[],
  plan: ImagePlan,
  { compression = "zstd", level = defaultLevels[compression], cache }: BuildOptions,
): Promise<CompressionMethod> {
  const runtime = plan.entries.find(
    (entry) => entry.kind === "file" && runtimeKinds.has(entry.source.kind),
  );
  if ((compression !== "zstd" && compression !== "lz4") || runtime === undefined)
    return { compression, level };
  const stretch = await findStretch(entries, runtime.path.slice(1), { compression, level, cache });
  return { compression, level, stretch };
}

const runtimeKinds: ReadonlySet<PlannedSource["kind"]> = new Set([
  "bare",
  "small-node",
  "stripped",
]);

/** An archive on its way, and what is known of it when it has gone by. */
interface Archive {
  readonly bytes: Bytes;
  seen(): Pick<WrittenPart, "files" | "sha256" | "unpackedSize">;
}

type Count = (path: string, size: number) => void;

function archiveOf(entries: readonly StreamedEntry[], count: Count): Archive {
  const hash = createHash("sha256");
  const sizes = new Map<string, number>();
  let [path, unpackedSize] = ["", 0];
  return {
    bytes: watched(
      streamCpio(entries, (entry) => (path = `/${entry.path}`)),
      (piece) => {
        hash.update(piece);
        unpackedSize += piece.length;
        sizes.set(path, (sizes.get(path) ?? 0) + piece.length);
        count(path, piece.length);
      },
    ),
    seen: () => ({
      files: Array.from(sizes, ([name, size]) => ({ path: name, size })),
      sha256: hash.digest("hex"),
      unpackedSize,
    }),
  };
}

async function* watched(
  bytes: Bytes,
  see: (piece: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    see(piece);
    yield piece;
  }
}

/** Writes one part. Archives end at a multiple of four, where the next part may begin. */
async function writePart(
  file: FileHandle,
  offset: number,
  archive: Archive,
  { compression, level, stretch }: CompressionMethod,
): Promise<WrittenPart> {
  let end = offset;
  for await (const piece of compress(archive.bytes, compression, level, stretch)) {
    await file.writeFile(piece);
    end += piece.length;
  }
  return { compression, offset, end, ...archive.seen() };
}

/** Reports how much has been read, of about as much as the sources' files have. */
function progressCounter(
  entries: readonly PlannedEntry[],
  { onProgress, signal }: BuildOptions,
): Count {
  const total = entries.reduce((sum, entry) => sum + sourceSize(entry), 0);
  let done = 0;
  return (path, size) => {
    signal?.throwIfAborted();
    done += size;
    onProgress?.({ stage: "read", path, done: Math.min(done, total), total });
  };
}

/** As it is on this machine: stripping makes it less, unpacking more. */
function sourceSize(entry: PlannedEntry): number {
  if (entry.kind !== "file") return 0;
  const { source } = entry;
  if (source.kind === "text") return source.text.length;
  if (source.kind === "launcher") return 0;
  const files = source.kind === "joined" ? source.files : [source.file];
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
}

/** Reads everything back from the disk, unpacks it, and gives the SHA-256 of the whole file. */
async function verify(
  path: string,
  parts: readonly WrittenPart[],
  { cache, onProgress, signal }: BuildOptions,
): Promise<string> {
  const whole = createHash("sha256");
  const total = parts.at(-1)?.end ?? 0;
  let done = 0;
  for (const { compression, offset, end, sha256 } of parts) {
    const stored = watched(createReadStream(path, { start: offset, end: end - 1 }), (piece) => {
      signal?.throwIfAborted();
      whole.update(piece);
      done += piece.length;
      onProgress?.({ stage: "verify", done, total });
    });
    const unpacked = await unpackedSha256(decompress(stored, compression), signal);
    if (unpacked === sha256) continue;
    if (cache !== undefined) await forgetKept(cache);
    throw notWhole(path);
  }
  return whole.digest("hex");
}

/** `undefined` when the bytes cannot be unpacked. */
async function unpackedSha256(bytes: Bytes, signal?: AbortSignal): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    for await (const piece of bytes) hash.update(piece);
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
  return hash.digest("hex");
}

function notWhole(path: string): ImageError {
  return new ImageError(
    "verification",
    `what was read back from ${path} is not what was written there: the disk or the memory is not sound. ` +
      "The old image stays as it was",
  );
}

/** Makes a new name as lasting as the file. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  await directory.sync().finally(() => directory.close());
}
