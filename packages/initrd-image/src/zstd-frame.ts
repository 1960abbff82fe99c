import { ImageError } from "./image-error.ts";

/**
 * Finds the end of the Zstandard frame at `offset`, without unpacking it; see RFC 8878, section 3.1.1.
 *
 * @throws ImageError `bad-archive`: it is cut short.
 */
export function zstdFrameEnd(bytes: Uint8Array, offset: number): number {
  const descriptor = bytes[offset + 4] ?? 0;
  let at = offset + 5 + frameHeaderSize(descriptor);
  for (let last = false; !last;) {
    if (at + 3 > bytes.length) throw cutShort();
    const bits = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    last = (bits & 1) === 1;
    at += 3 + blockLength(bits);
  }
  const checkSum = (descriptor & 4) === 0 ? 0 : 4;
  if (at + checkSum > bytes.length) throw cutShort();
  return at + checkSum;
}

/** How many bytes follow a block's header; one repeated byte is stored once, whatever size it has. */
export function blockLength(header: number): number {
  return ((header >> 1) & 3) === 1 ? 1 : header >> 3;
}

/** How many bytes of a frame's header follow its descriptor: window descriptor, dictionary number and content size. */
export function frameHeaderSize(descriptor: number): number {
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return (singleSegment ? 0 : 1) + dictionary + contentSize;
}

function cutShort(): ImageError {
  return new ImageError("bad-archive", "the part compressed with zstd is cut short");
}
