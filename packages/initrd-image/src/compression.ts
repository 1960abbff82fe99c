import { availableParallelism } from "node:os";
import { type Duplex, Readable, pipeline } from "node:stream";
import zlib from "node:zlib";
import { ImageError } from "./image-error.ts";
import { compressLz4Block, decompressLz4Block, lz4BlockSize, lz4Magic } from "./lz4.ts";
import type { Compression } from "./plan.ts";
import { throughProgram } from "./program-filter.ts";

/** What an image may be compressed with; the last three are only read. */
export type ReadableCompression = Compression | "bzip2" | "lzma" | "lzo";

type Bytes = AsyncIterable<Uint8Array>;

/** Each compression's level where none is asked for; `undefined` where it knows no levels. */
export const defaultLevels: Readonly<Record<Compression, number | undefined>> = {
  gzip: 9,
  lz4: undefined,
  none: undefined,
  xz: 6,
  zstd: 18,
};

/** Compresses `input` so that the kernel can unpack it; the same bytes always give the same. */
export function compress(
  input: Bytes,
  compression: Compression,
  level: number = defaultLevels[compression] ?? 0,
): Bytes {
  switch (compression) {
    case "none":
      return input;
    case "gzip":
      return through(input, zlib.createGzip({ level, chunkSize }));
    case "lz4":
      return compressLz4(input);
    case "xz":
      // The kernel knows no other check sums; blocks of fixed size come out the same on any number of threads.
      return throughProgram(
        "xz",
        [`-${level}`, "--check=crc32", "--block-size=16MiB", `--threads=${threads}`],
        input,
      );
    case "zstd":
      return compressZstd(input, level);
  }
}

const chunkSize = 1 << 20;

/** One thread alone would write xz blocks in another form. */
const threads = Math.max(2, availableParallelism());

/** Sends bytes through one of Node's streams; an error of either side ends both. */
function through(input: Bytes, transform: Duplex): Bytes {
  return pipeline(Readable.from(input, { highWaterMark: 1 }), transform, () => undefined);
}

async function* compressLz4(input: Bytes): AsyncGenerator<Uint8Array> {
  yield lz4Magic;
  for await (const block of blocksOf(input, lz4BlockSize)) {
    const compressed = compressLz4Block(block);
    yield littleEndian(compressed.length);
    yield compressed;
  }
}

function littleEndian(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/**
 * Two threads work on jobs of half a block each. Node takes a call that leaves input over for the end of the
 * stream, which threads do; it does not when every call has to flush, so each block is flushed.
 */
function compressZstd(input: Bytes, level: number): Bytes {
  const { ZSTD_c_compressionLevel, ZSTD_c_nbWorkers, ZSTD_c_jobSize, ZSTD_e_flush } = zlib.constants;
  const transform = zlib.createZstdCompress({
    chunkSize,
    flush: ZSTD_e_flush,
    params: {
      [ZSTD_c_compressionLevel]: level,
      [ZSTD_c_nbWorkers]: 2,
      [ZSTD_c_jobSize]: zstdBlockSize / 2,
    },
  });
  return through(blocksOf(input, zstdBlockSize), transform);
}

const zstdBlockSize = 16 << 20;

/** Cuts a stream into blocks of one size; only the last may be shorter. */
export async function* blocksOf(input: Bytes, size: number): AsyncGenerator<Uint8Array> {
  let block = new Uint8Array(size);
  let length = 0;
  for await (const piece of input) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + size - length);
      block.set(part, length);
      at += part.length;
      length += part.length;
      if (length < size) continue;
      yield block;
      [block, length] = [new Uint8Array(size), 0];
    }
  }
  if (length > 0) yield block.subarray(0, length);
}

/**
 * Unpacks exactly one compressed stream.
 *
 * @throws ImageError `bad-archive`: it is damaged; `program-missing`: xz, bzip2 or lzop, which it takes.
 */
export function decompress(input: Bytes, compression: ReadableCompression): Bytes {
  switch (compression) {
    case "none":
      return input;
    case "gzip":
      return through(input, zlib.createGunzip({ chunkSize }));
    case "zstd":
      return through(input, zlib.createZstdDecompress({ chunkSize }));
    case "lz4":
      return decompressLz4(input);
    case "bzip2":
      return throughProgram("bzip2", ["-dc"], input);
    case "lzo":
      return throughProgram("lzop", ["-dc"], input);
    case "lzma":
    case "xz":
      return throughProgram("xz", [`--format=${compression}`, "-dc"], input);
  }
}

/** Reads the legacy frame: the magic, and again the magic where two frames follow each other, and blocks. */
async function* decompressLz4(input: Bytes): AsyncGenerator<Uint8Array> {
  const take = taker(input);
  for (let head = await take(4); head.length > 0; head = await take(4)) {
    if (head.equals(lz4Magic)) continue;
    const size = head.length === 4 ? head.readUInt32LE(0) : 0;
    const block = await take(size);
    if (size === 0 || block.length < size) {
      throw new ImageError("bad-archive", "a part compressed with lz4 ends within a block");
    }
    yield decompressLz4Block(block);
  }
}

/** Gives a function that takes the next bytes of a stream; fewer than asked for only at its end. */
function taker(input: Bytes): (size: number) => Promise<Buffer> {
  const iterator = input[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  return async (size) => {
    const pieces: Uint8Array[] = [];
    for (let missing = size; missing > 0; ) {
      if (rest.length === 0) {
        const next = await iterator.next();
        if (next.done === true) break;
        rest = next.value;
      }
      const piece = rest.subarray(0, missing);
      pieces.push(piece);
      rest = rest.subarray(piece.length);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  };
}
