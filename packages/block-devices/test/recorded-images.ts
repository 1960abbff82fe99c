import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Identification, Source } from "@earlyboot/block-devices";

/** The parts of an image that identifying it reads, and what blkid(8) says of it. */
export interface RecordedImage {
  /** How it was made. */
  readonly name: string;
  readonly size: number;
  /** What is not zero: the offset, and the bytes in base64. */
  readonly parts: readonly (readonly [offset: number, bytes: string])[];
  readonly expected: Partial<Identification>;
}

/** Where the images are kept; `pnpm record-images` makes them anew. */
export const recordedImagesFile: URL = new URL(
  "fixtures/images-of-debian-12.json.gz",
  import.meta.url,
);

/** All recorded images. */
export function readRecordedImages(): readonly RecordedImage[] {
  return JSON.parse(gunzipSync(readFileSync(recordedImagesFile)).toString());
}

/** The bytes of an image that are not zero. */
export interface SparseImage {
  readonly size: number;
  readonly parts: readonly (readonly [offset: number, bytes: Uint8Array])[];
}

export function unpack({ size, parts }: RecordedImage): SparseImage {
  return {
    size,
    parts: parts.map(([offset, text]) => [offset, Uint8Array.from(Buffer.from(text, "base64"))]),
  };
}

/** A source that counts what is read, and throws when that is not inside of it. */
export interface CountingSource extends Source {
  reads: number;
  bytes: number;
}

/** Makes a source of an image; later parts lie over earlier ones. */
export function sourceOf({ size, parts }: SparseImage): CountingSource {
  return {
    size: BigInt(size),
    reads: 0,
    bytes: 0,
    read(from, length) {
      const offset = Number(from);
      if (offset < 0 || length <= 0 || offset + length > size) throw new Error("read outside");
      this.reads++;
      this.bytes += length;
      const result = new Uint8Array(length);
      for (const [start, bytes] of parts) {
        const begin = Math.max(offset, start);
        const end = Math.min(offset + length, start + bytes.length);
        if (begin < end) result.set(bytes.subarray(begin - start, end - start), begin - offset);
      }
      return result;
    },
  };
}

/** Writes an image to a file, sparse. */
export function writeImage(path: string, { size, parts }: SparseImage): void {
  const descriptor = openSync(path, "w");
  ftruncateSync(descriptor, size);
  for (const [offset, bytes] of parts) {
    writeSync(descriptor, bytes, 0, Math.min(bytes.length, size - offset), offset);
  }
  closeSync(descriptor);
}
