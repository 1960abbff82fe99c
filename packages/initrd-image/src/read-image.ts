import { readFile } from "node:fs/promises";
import { type ReadableCompression, decompress } from "./compression.ts";
import { type CpioEntry, parseCpio } from "./cpio.ts";
import { afterZeros, findSegments } from "./segments.ts";

/** One part of an image, unpacked. */
export interface ImageSegment {
  readonly compression: ReadableCompression;
  /** Where it begins in the file, in bytes. */
  readonly offset: number;
  /** How many bytes of the file it takes. */
  readonly size: number;
  /** How many bytes its archive has. */
  readonly unpackedSize: number;
  /** In the archive's order. */
  readonly entries: readonly CpioEntry[];
}

/** An image, whoever made it. */
export interface Image {
  readonly size: number;
  readonly segments: readonly ImageSegment[];
}

/**
 * Reads any initial RAM disk image, from a file or from memory: cpio archives one after the other, each plain or
 * compressed with gzip, zstd, xz, lz4, lzma, bzip2 or lzo, as the kernel takes them.
 * See Documentation/driver-api/early-userspace/buffer-format.rst.
 *
 * @throws ImageError `not-an-image`, `bad-archive`; `program-missing`: xz, lzma, bzip2 and lzo need their programs.
 */
export async function readImage(source: string | Uint8Array): Promise<Image> {
  const bytes = typeof source === "string" ? await readFile(source) : source;
  const segments: ImageSegment[] = [];
  for (const { compression, offset, end } of await findSegments(bytes)) {
    const unpacked = await unpack(bytes.subarray(offset, end), compression);
    const entries = readArchives(unpacked);
    const size = end - offset;
    segments.push({ compression, offset, size, unpackedSize: unpacked.length, entries });
  }
  return { size: bytes.length, segments };
}

/** What the kernel's file system holds after all parts were unpacked: of one path, the last one counts. */
export function imageEntries(image: Image): ReadonlyMap<string, CpioEntry> {
  return new Map(
    image.segments.flatMap(({ entries }) => entries.map((entry) => [entry.path, entry])),
  );
}

async function unpack(bytes: Uint8Array, compression: ReadableCompression): Promise<Uint8Array> {
  if (compression === "none") return bytes;
  const pieces: Uint8Array[] = [];
  for await (const piece of decompress(once(bytes), compression)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** One compressed part may hold several archives, with zeros between them. */
function readArchives(bytes: Uint8Array): readonly CpioEntry[] {
  const entries: CpioEntry[] = [];
  for (let at = afterZeros(bytes, 0); at < bytes.length; at = afterZeros(bytes, at)) {
    const archive = parseCpio(bytes, at);
    for (const entry of archive.entries) entries.push(entry);
    at = archive.end;
  }
  return entries;
}
