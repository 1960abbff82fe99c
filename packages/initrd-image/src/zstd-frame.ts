import { ImageError } from "./image-error.ts";

/** Where the parts of a Zstandard frame are; see RFC 8878, section 3.1.1. */
export interface ZstdFrame {
  /** The offset of the first block, behind the frame's header. */
  readonly blocks: number;
  /** The offset of the last block's header. */
  readonly lastBlock: number;
  /** The offset behind the blocks; a check sum may follow. */
  readonly blocksEnd: number;
  /** The offset behind the frame. */
  readonly end: number;
}

/**
 * Finds the end of the Zstandard frame at `offset`, without unpacking it.
 *
 * @throws ImageError `bad-archive`: it is cut short.
 */
export function zstdFrameEnd(bytes: Uint8Array, offset: number): number {
  return zstdFrame(bytes, offset).end;
}

/** Finds the parts of the Zstandard frame at `offset`; see {@link zstdFrameEnd}. */
export function zstdFrame(bytes: Uint8Array, offset: number): ZstdFrame {
  const descriptor = bytes[offset + 4] ?? 0;
  const blocks = offset + 5 + frameHeaderSize(descriptor);
  let [lastBlock, at, last] = [blocks, blocks, false];
  while (!last) {
    if (at + 3 > bytes.length) throw cutShort();
    const header = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    lastBlock = at;
    last = (header & 1) === 1;
    // A block of one repeated byte holds that byte only, whatever its size says.
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
  }
  const end = at + ((descriptor & 4) === 0 ? 0 : 4);
  if (end > bytes.length) throw cutShort();
  return { blocks, lastBlock, blocksEnd: at, end };
}

/** The lengths of window descriptor, dictionary number and content size, as the descriptor tells them. */
function frameHeaderSize(descriptor: number): number {
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return (singleSegment ? 0 : 1) + dictionary + contentSize;
}

function cutShort(): ImageError {
  return new ImageError("bad-archive", "the part compressed with zstd is cut short");
}
