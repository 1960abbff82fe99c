import { ImageError } from "./image-error.ts";

/** How long the check behind each block is, by the stream's check type; see The .xz File Format, 2.1.1.2. */
const checkSizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/**
 * Finds the end of the .xz stream at `offset`, without unpacking it: through its blocks, chunk by chunk, and
 * its index.
 *
 * @throws ImageError `bad-archive`: it is cut short.
 */
export function xzStreamEnd(bytes: Uint8Array, offset: number): number {
  const checkSize = checkSizes[(bytes[offset + 7] ?? 0) & 15] ?? 0;
  let at = offset + 12;
  while (bytes[at] !== 0) {
    if (at >= bytes.length) throw cutShort();
    const data = at + ((bytes[at] ?? 0) + 1) * 4;
    at = aligned(chunksEnd(bytes, data), offset) + checkSize;
  }
  const end = indexEnd(bytes, at, offset) + 12;
  if (end > bytes.length) throw cutShort();
  return end;
}

/** The end of a block's LZMA2 data: control bytes, sizes, data, until a control byte of zero. */
function chunksEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let control = bytes[at]; control !== 0; control = bytes[at]) {
    if (control === undefined) throw cutShort();
    const compressed = control >= 0x80;
    const size = be16(bytes, at + (compressed ? 3 : 1)) + 1;
    // New properties take one more byte.
    const header = compressed ? (control >= 0xc0 ? 6 : 5) : 3;
    at += header + size;
  }
  return at + 1;
}

/** Indicator, the number of records, two numbers a record, padding, CRC32. */
function indexEnd(bytes: Uint8Array, start: number, base: number): number {
  const count = variableLength(bytes, start + 1);
  let at = count.end;
  for (let number = 0; number < count.value * 2; number++) at = variableLength(bytes, at).end;
  return aligned(at, base) + 4;
}

function variableLength(bytes: Uint8Array, start: number): { value: number; end: number } {
  let [value, at] = [0, start];
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++];
    if (byte === undefined || at > start + 9) throw cutShort();
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at };
  }
}

function be16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function aligned(at: number, base: number): number {
  return base + Math.ceil((at - base) / 4) * 4;
}

function cutShort(): ImageError {
  return new ImageError("bad-archive", "the part compressed with xz is cut short");
}
