import type { Writable } from "node:stream";
import zlib from "node:zlib";
import { ImageError } from "./image-error.ts";
import type { KeptStretch } from "./kept-stretch.ts";
import { readToEnd, takeFrom } from "./taker.ts";
import { blockLength, frameHeaderSize } from "./zstd-frame.ts";

type Bytes = AsyncIterable<Uint8Array>;

/**
 * Compresses `input` into one Zstandard frame, the only form that both the kernel and every archiver take as one
 * archive.
 *
 * With a `stretch`, the frame is put together from the blocks of three frames. A block may refer to the three
 * offsets that were used last, and begins its own frame with those of RFC 8878, section 3.1.2.5. Between two
 * frames' blocks stand some that restore these offsets; what they decode to is zeros.
 */
export function compressZstd(input: Bytes, level: number, stretch?: KeptStretch): Bytes {
  const frame = (part: Bytes): Bytes => compressFrame(part, level);
  return stretch === undefined ? frame(input) : joinedFrames(input, frame, stretch);
}

const compressedBlock = 2 << 1;
const lastEmptyBlock = Uint8Array.of(1, 0, 0);

/**
 * Blocks that set the last three offsets to 1, 4 and 8, as at a frame's beginning: each has zeros as literals and
 * one match of three bytes, with a new offset, in the zeros before it. See RFC 8878, section 3.1.1.3.
 */
const resetBlocks: Uint8Array = Buffer.concat([
  resetBlock(8, 8),
  resetBlock(1, 4),
  resetBlock(1, 1),
]);

/** How many zeros the blocks that restore the offsets stand for. */
export const resetLength: number = 8 + 3 + 1 + 3 + 1 + 3;

function resetBlock(literals: number, offset: number): Uint8Array {
  // The offset's number, which begins with the bit that ends the stream of bits, as that wants it.
  const value = offset + 3;
  const code = 31 - Math.clz32(value);
  const content = [
    literals << 3,
    ...Array<number>(literals).fill(0),
    1,
    0x54,
    literals,
    code,
    0,
    value,
  ];
  return Uint8Array.of((content.length << 3) | compressedBlock, 0, 0, ...content);
}

async function* joinedFrames(
  input: Bytes,
  frame: (part: Bytes) => Bytes,
  stretch: KeptStretch,
): AsyncGenerator<Uint8Array> {
  const { pieces, take } = takeFrom(input);
  const header = yield* frameBlocks(frame(pieces(stretch.offset - resetLength)));
  yield* zerosAsBlocks(await take(resetLength));
  const content = pieces(stretch.size);
  yield* frameBlocks(stretch.compressed(content, frame), header);
  await readToEnd(content);
  yield* zerosAsBlocks(await take(resetLength));
  yield* frameBlocks(frame(pieces()), header);
  yield lastEmptyBlock;
}

function* zerosAsBlocks(zeros: Uint8Array): Generator<Uint8Array> {
  if (zeros.length === resetLength && zeros.every((byte) => byte === 0)) yield resetBlocks;
  else throw new ImageError("source-missing", "a file changed while the image was being built");
}

/** Gives a frame's blocks, none of them marked as the last, after its header or without the one that is `known`. */
async function* frameBlocks(
  frame: Bytes,
  known?: Uint8Array,
): AsyncGenerator<Uint8Array, Uint8Array> {
  const { take } = takeFrom(frame);
  const start = await take(5);
  const header = Buffer.concat([start, await take(frameHeaderSize(start[4] ?? 0))]);
  if (known === undefined) yield header;
  else if (!header.equals(known))
    throw new ImageError("bad-archive", "frames of zstd do not fit together");
  for (let last = false; !last;) {
    const block = await take(3);
    const bits = block.length === 3 ? block.readUIntLE(0, 3) : 1;
    last = (bits & 1) === 1;
    const size = blockLength(bits);
    if (size === 0) continue;
    block.writeUIntLE(bits & ~1, 0, 3);
    yield block;
    yield await take(size);
  }
  // Who gives the frame learns that all of it was taken, and keeps it.
  await take(1);
  return header;
}

/**
 * Two threads work on jobs of half a block each. Node takes a call that leaves input over for the end of the
 * stream, which threads do; it does not when every call has to flush, so each block is flushed.
 */
function compressFrame(input: Bytes, level: number): Bytes {
  const { ZSTD_c_compressionLevel, ZSTD_c_jobSize, ZSTD_c_nbWorkers, ZSTD_c_overlapLog } =
    zlib.constants;
  const transform = zlib.createZstdCompress({
    chunkSize: 1 << 18,
    flush: zlib.constants.ZSTD_e_flush,
    params: {
      [ZSTD_c_compressionLevel]: level,
      [ZSTD_c_nbWorkers]: 2,
      [ZSTD_c_jobSize]: flushedSize / 2,
      [ZSTD_c_overlapLog]: overlapLog,
    },
  });
  feed(transform, input).catch((error: Error) => transform.destroy(error));
  return transform;
}

/** Writes in blocks, all from the same memory: each has been compressed when its callback is called. */
async function feed(transform: Writable, input: Bytes): Promise<void> {
  const { fill } = takeFrom(input);
  const block = Buffer.alloc(flushedSize);
  for (let length = await fill(block); length > 0; length = await fill(block)) {
    await write(transform, block.subarray(0, length));
  }
  transform.end();
}

function write(stream: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

const flushedSize = 12 << 20;

/** A job looks back over half a window: less memory and time than a whole one, and hardly more bytes. */
const overlapLog = 8;
