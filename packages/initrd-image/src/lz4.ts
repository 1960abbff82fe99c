import { ImageError } from "./image-error.ts";

/** The legacy frame, the only one that the kernel reads: this magic, then blocks of up to 8 MiB, each behind its size. */
export const lz4Magic: Uint8Array = Uint8Array.of(0x02, 0x21, 0x4c, 0x18);

/** How much each block but the last holds. */
export const lz4BlockSize: number = 8 << 20;

/** What a block of content that cannot be compressed takes. Every magic, read as a size, is more. */
export const largestLz4Block: number = boundOf(lz4BlockSize);

const hashBits = 16;
const minimalMatch = 4;
/** The format wants the last five bytes as literals, and no match to begin in the last twelve. */
const lastLiterals = 5;
const noMatchWithin = 12;
const longestOffset = 0xffff;

/**
 * Compresses one block in the LZ4 block format, greedily, always to the same bytes.
 * See lz4_Block_format.md of the LZ4 project.
 */
export function compressLz4Block(source: Uint8Array): Uint8Array {
  const target = new Uint8Array(boundOf(source.length));
  const words = new DataView(source.buffer, source.byteOffset, source.length);
  const seen = new Int32Array(1 << hashBits).fill(-longestOffset - 1);
  const matchLimit = source.length - lastLiterals;
  let [at, literalsAt, length] = [0, 0, 0];
  let misses = 0;
  while (at < source.length - noMatchWithin) {
    const word = words.getInt32(at, true);
    const slot = Math.imul(word, 0x9e37_79b1) >>> (32 - hashBits);
    const candidate = seen[slot] ?? 0;
    seen[slot] = at;
    if (at - candidate > longestOffset || words.getInt32(candidate, true) !== word) {
      // The longer nothing matches, the faster it moves on: most probably it is not compressible.
      at += 1 + (misses++ >> 6);
      continue;
    }
    misses = 0;
    let [from, start] = [candidate, at];
    while (start > literalsAt && from > 0 && source[start - 1] === source[from - 1]) {
      start--;
      from--;
    }
    let end = at + minimalMatch;
    for (let other = candidate + minimalMatch; end < matchLimit && source[end] === source[other];) {
      end++;
      other++;
    }
    const extra = end - start - minimalMatch;
    length = putLiterals(target, length, source, literalsAt, start, Math.min(extra, 15));
    length = putMatch(target, length, start - from, extra);
    at = end;
    literalsAt = end;
    const before = end - 2;
    seen[Math.imul(words.getInt32(before, true), 0x9e37_79b1) >>> (32 - hashBits)] = before;
  }
  length = putLiterals(target, length, source, literalsAt, source.length, 0);
  return target.subarray(0, length);
}

function boundOf(size: number): number {
  return size + Math.ceil(size / 255) + 16;
}

/** The token with both lengths, what does not fit of the first one, and the literals. */
function putLiterals(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  from: number,
  to: number,
  matchNibble: number,
): number {
  const count = to - from;
  target[at] = (Math.min(count, 15) << 4) | matchNibble;
  const end = count < 15 ? at + 1 : putLength(target, at + 1, count - 15);
  copyLiterals(target, end, source, from, count);
  return end + count;
}

/** How far back the match is, and what does not fit into the token of its length. */
function putMatch(target: Uint8Array, at: number, offset: number, extra: number): number {
  target[at] = offset & 0xff;
  target[at + 1] = offset >> 8;
  return extra < 15 ? at + 2 : putLength(target, at + 2, extra - 15);
}

function putLength(target: Uint8Array, at: number, length: number): number {
  let rest = length;
  let end = at;
  for (; rest >= 255; rest -= 255) target[end++] = 255;
  target[end++] = rest;
  return end;
}

/**
 * Unpacks one block.
 *
 * @throws ImageError `bad-archive`: it is damaged, or holds more than a block may.
 */
export function decompressLz4Block(source: Uint8Array): Uint8Array {
  const target = new Uint8Array(lz4BlockSize);
  let [at, length] = [0, 0];
  const longLength = (nibble: number): number => {
    let total = nibble;
    for (let byte = nibble === 15 ? 255 : 0; byte === 255; total += byte) byte = source[at++] ?? 0;
    return total;
  };
  while (at < source.length) {
    const token = source[at++] ?? 0;
    const literals = longLength(token >> 4);
    if (at + literals > source.length || length + literals > target.length) throw damaged();
    copyLiterals(target, length, source, at, literals);
    at += literals;
    length += literals;
    if (at >= source.length) break;
    const offset = (source[at] ?? 0) | ((source[at + 1] ?? 0) << 8);
    at += 2;
    const match = longLength(token & 15) + minimalMatch;
    if (offset === 0 || offset > length || length + match > target.length) throw damaged();
    copyMatch(target, length, offset, match);
    length += match;
  }
  return target.subarray(0, length);
}

/** What is shorter, as most of a block is, is copied sooner byte by byte than by a call. */
const worthACall = 32;

function copyLiterals(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  from: number,
  count: number,
): void {
  if (count > worthACall) target.set(source.subarray(from, from + count), at);
  else for (let index = 0; index < count; index++) target[at + index] = source[from + index] ?? 0;
}

/** Byte by byte where the match overlaps what it makes. */
function copyMatch(target: Uint8Array, at: number, offset: number, length: number): void {
  if (offset >= length && length > worthACall) {
    target.copyWithin(at, at - offset, at - offset + length);
    return;
  }
  for (let index = at; index < at + length; index++) target[index] = target[index - offset] ?? 0;
}

function damaged(): ImageError {
  return new ImageError("bad-archive", "a block compressed with lz4 is damaged");
}
