import { finished } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { ReadableCompression } from "./compression.ts";
import { parseCpio } from "./cpio.ts";
import { ImageError } from "./image-error.ts";
import { largestLz4Block, lz4Magic } from "./lz4.ts";
import { xzStreamEnd } from "./xz-stream.ts";
import { zstdFrameEnd } from "./zstd-frame.ts";

/** One part of an image: an archive as it is, or one compressed stream. */
export interface SegmentRange {
  readonly compression: ReadableCompression;
  /** Where it begins in the file. */
  readonly offset: number;
  /** The offset behind it, without padding. */
  readonly end: number;
}

const magics: readonly (readonly [ReadableCompression, readonly number[]])[] = [
  ["none", [0x30, 0x37, 0x30, 0x37, 0x30]],
  ["gzip", [0x1f, 0x8b]],
  ["gzip", [0x1f, 0x9e]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ["lz4", [...lz4Magic]],
  ["lzma", [0x5d, 0x00, 0x00]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["lzo", [0x89, 0x4c, 0x5a, 0x4f]],
];

/**
 * Finds the parts of an image, in order, as the kernel does: each an archive or a compressed stream, with any
 * number of zero bytes between them. lzma, bzip2 and lzo do not tell their length: they reach to the end.
 *
 * @throws ImageError `not-an-image`: something else stands there; `bad-archive`: a part is cut short.
 */
export async function findSegments(bytes: Uint8Array): Promise<readonly SegmentRange[]> {
  const segments: SegmentRange[] = [];
  for (let at = afterZeros(bytes, 0); at < bytes.length; at = afterZeros(bytes, at)) {
    const compression = compressionAt(bytes, at);
    const end = await segmentEnds[compression](bytes, at);
    segments.push({ compression, offset: at, end });
    at = end;
  }
  if (segments.length === 0) throw new ImageError("not-an-image", "the image is empty");
  return segments;
}

/** The offset of the first byte from `at` on that is not zero. */
export function afterZeros(bytes: Uint8Array, at: number): number {
  let end = at;
  while (bytes[end] === 0) end++;
  return end;
}

function compressionAt(bytes: Uint8Array, at: number): ReadableCompression {
  const known = magics.find(([, magic]) =>
    magic.every((byte, index) => bytes[at + index] === byte),
  );
  if (known !== undefined) return known[0];
  const seen = Buffer.from(bytes.subarray(at, at + 6)).toString("hex");
  throw new ImageError(
    "not-an-image",
    `what begins at byte ${at} is neither a cpio archive nor compressed in a way that Linux knows: ${seen}`,
  );
}

type End = (bytes: Uint8Array, at: number) => number | Promise<number>;

const toTheEnd: End = (bytes) => bytes.length;

const segmentEnds: Readonly<Record<ReadableCompression, End>> = {
  none: (bytes, at) => parseCpio(bytes, at).end,
  gzip: gzipEnd,
  lz4: lz4FrameEnd,
  xz: xzStreamEnd,
  zstd: zstdFrameEnd,
  bzip2: toTheEnd,
  lzma: toTheEnd,
  lzo: toTheEnd,
};

/** Blocks follow their sizes until the file ends, or until what can only be the beginning of something else. */
function lz4FrameEnd(bytes: Uint8Array, offset: number): number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = offset + lz4Magic.length;
  while (at + 4 <= bytes.length) {
    const size = view.readUInt32LE(at);
    if (size === 0 || size > largestLz4Block) return at;
    at += 4 + size;
  }
  if (at > bytes.length)
    throw new ImageError("bad-archive", "the part compressed with lz4 is cut short");
  return at;
}

/** Only unpacking tells where a gzip stream ends. */
async function gzipEnd(bytes: Uint8Array, at: number): Promise<number> {
  const gunzip = createGunzip();
  gunzip.resume().end(bytes.subarray(at));
  try {
    await finished(gunzip);
  } catch (cause) {
    throw new ImageError("bad-archive", "the part compressed with gzip is damaged", { cause });
  }
  return at + gunzip.bytesWritten;
}
