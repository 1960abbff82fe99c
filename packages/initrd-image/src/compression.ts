import { availableParallelism } from "node:os";
import { type Duplex, Readable, pipeline } from "node:stream";
import zlib from "node:zlib";
import { errorCode } from "@earlyboot/linux-syscalls";
import { copied } from "./file-bytes.ts";
import { ImageError } from "./image-error.ts";
import type { KeptStretch } from "./kept-stretch.ts";
import {
  compressLz4Block,
  decompressLz4Block,
  largestLz4Block,
  lz4BlockSize,
  lz4Magic,
} from "./lz4.ts";
import type { Compression } from "./plan.ts";
import { throughProgram } from "./program-filter.ts";
import { readToEnd, takeFrom } from "./taker.ts";
import { compressZstd } from "./zstd-compress.ts";

/** What an image may be compressed with; the last three are only read. */
export type ReadableCompression = Compression | "bzip2" | "lzma" | "lzo";

type Bytes = AsyncIterable<Uint8Array>;

/** Each compression's level where none is asked for; `undefined` where it knows no levels. */
export const defaultLevels: Readonly<Record<Compression, number | undefined>> = {
  gzip: 9,
  lz4: undefined,
  none: undefined,
  xz: 6,
  zstd: 9,
};

/** The levels that each compression has, from the quickest to the smallest. */
export const levelRanges: Readonly<Record<Compression, readonly [number, number] | undefined>> = {
  gzip: [1, 9],
  lz4: undefined,
  none: undefined,
  xz: [0, 9],
  zstd: [1, 22],
};

/**
 * Compresses `input` so that the kernel can unpack it; the same bytes always give the same. lz4 and zstd take a `stretch`
 * whose compressed form is kept.
 */
export function compress(
  input: Bytes,
  compression: Compression,
  level: number = defaultLevels[compression] ?? 0,
  stretch?: KeptStretch,
): Bytes {
  return compressors[compression](input, level, stretch);
}

type Compressor = (input: Bytes, level: number, stretch?: KeptStretch) => Bytes;

const compressors: Readonly<Record<Compression, Compressor>> = {
  none: (input) => input,
  gzip: (input, level) => through(input, zlib.createGzip({ level, chunkSize })),
  lz4: compressLz4,
  // The kernel knows no other check sums; blocks of fixed size come out the same on any number of threads.
  xz: (input, level) =>
    throughProgram(
      "xz",
      [`-${level}`, "--check=crc32", "--block-size=16MiB", `--threads=${threads}`],
      input,
    ),
  zstd: compressZstd,
};

const chunkSize = 1 << 18;

/** One thread alone would write xz blocks in another form. */
const threads = Math.max(2, availableParallelism());

/** Sends bytes through one of Node's streams; an error of either side ends both. */
function through(input: Bytes, transform: Duplex): Bytes {
  return pipeline(Readable.from(copied(input), { highWaterMark: 1 }), transform, () => undefined);
}

async function* compressLz4(
  input: Bytes,
  _level: number,
  stretch?: KeptStretch,
): AsyncGenerator<Uint8Array> {
  const { pieces } = takeFrom(input);
  yield lz4Magic;
  if (stretch !== undefined) {
    yield* lz4Blocks(pieces(stretch.offset));
    const content = pieces(stretch.size);
    yield* stretch.compressed(content, lz4Blocks);
    await readToEnd(content);
  }
  yield* lz4Blocks(pieces());
}

async function* lz4Blocks(input: Bytes): AsyncGenerator<Uint8Array> {
  const { fill } = takeFrom(input);
  const block = new Uint8Array(lz4BlockSize);
  for (let length = await fill(block); length > 0; length = await fill(block)) {
    const compressed = compressLz4Block(block.subarray(0, length));
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
 * Unpacks exactly one compressed stream.
 *
 * @throws ImageError `bad-archive`: it is damaged; `program-missing`: xz, bzip2 or lzop, which it takes.
 */
export function decompress(input: Bytes, compression: ReadableCompression): Bytes {
  return decompressors[compression](input);
}

const decompressors: Readonly<Record<ReadableCompression, (input: Bytes) => Bytes>> = {
  none: (input) => input,
  gzip: (input) => unzipped(through(input, zlib.createGunzip({ chunkSize }))),
  zstd: (input) => unzipped(through(input, zlib.createZstdDecompress({ chunkSize }))),
  lz4: decompressLz4,
  bzip2: (input) => throughProgram("bzip2", ["-dc"], input),
  lzo: (input) => throughProgram("lzop", ["-dc"], input),
  lzma: (input) => throughProgram("xz", ["--format=lzma", "-dc"], input),
  xz: (input) => throughProgram("xz", ["--format=xz", "-dc"], input),
};

/** Gives zlib's complaints about the bytes as one of ours, and everybody else's as they are. */
async function* unzipped(bytes: Bytes): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (cause) {
    if (!/^Z(?:STD)?_/.test(errorCode(cause) ?? "")) throw cause;
    throw new ImageError("bad-archive", "a compressed part is damaged", { cause });
  }
}

/** Reads the legacy frame: the magic, and again the magic where two frames follow each other, and blocks. */
async function* decompressLz4(input: Bytes): AsyncGenerator<Uint8Array> {
  const { take } = takeFrom(input);
  for (let head = await take(4); head.length > 0; head = await take(4)) {
    if (head.equals(lz4Magic)) continue;
    const size = head.length === 4 ? head.readUInt32LE(0) : 0;
    const block = await take(Math.min(size, largestLz4Block));
    if (size === 0 || block.length < size) {
      throw new ImageError("bad-archive", "a part compressed with lz4 ends within a block");
    }
    yield decompressLz4Block(block);
  }
}
