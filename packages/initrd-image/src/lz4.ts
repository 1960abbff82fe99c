import { ImageError } from "./image-error.ts";

/** The legacy frame, the only one that the kernel reads: this magic, then blocks of up to 8 MiB, each behind its size. */
export const lz4Magic: Uint8Array = Uint8Array.of(0x02, 0x21, 0x4c, 0x18);

/** How much each block but the last holds. */
export const lz4BlockSize: number = 8 << 20;

/** What a block of content that cannot be compressed takes. Every magic, read as a size, is more. */
export const largestLz4Block: number = boundOf(lz4BlockSize);

const minimalMatch = 4;
/** The format wants the last five bytes as literals, and no match to begin in the last twelve. */
const lastLiterals = 5;
const noMatchWithin = 12;
const longestOffset = 0xffff;

/**
 * Compresses one block in the LZ4 block format, always to the same bytes: takes the longest match that it finds at a
 * place, unless one of the two places behind it has a longer one. See lz4_Block_format.md of the LZ4 project.
 */
export function compressLz4Block(source: Uint8Array): Uint8Array {
  const target = new Uint8Array(boundOf(source.length));
  const find = searchMatches(source);
  const end = source.length - noMatchWithin;
  let [at, literalsAt, length, misses] = [0, 0, 0, 0];
  while (at < end) {
    let match = find(at, minimalMatch - 1);
    if (match === undefined) {
      // The longer nothing matches, the faster it moves on: most probably it is not compressible.
      at += 1 + (misses++ >> 6);
      continue;
    }
    misses = 0;
    for (let better: Match | undefined = match; better !== undefined;) {
      match = extendBack(source, better, literalsAt);
      const next = better.at + 1;
      better = undefined;
      if (match.length < longEnough && next < end) {
        // A literal more has to be made up for.
        better = find(next, match.length);
        if (better === undefined && next + 1 < end) better = find(next + 1, match.length + 1);
      }
    }
    const extra = match.length - minimalMatch;
    length = putLiterals(target, length, source, literalsAt, match.at, Math.min(extra, 15));
    length = putMatch(target, length, match.at - match.from, extra);
    at = match.at + match.length;
    literalsAt = at;
  }
  length = putLiterals(target, length, source, literalsAt, source.length, 0);
  return target.subarray(0, length);
}

/** Bytes that were there before: `length` of them at the place `at` are those at `from`. */
interface Match {
  readonly at: number;
  readonly from: number;
  readonly length: number;
}

// Looking up a global name millions of times takes its time where there is a sandbox.
const { imul } = Math;
const hashBits = 16;
/** How many earlier places are looked at for each, and how long a match is long enough. */
const deepest = 64;
const longEnough = 128;

/**
 * Makes a search for the longest match at a place that is longer than what is known. The places must come in
 * ascending order. Those whose first four bytes have the same hash are chained, the last one first.
 */
function searchMatches(source: Uint8Array): (at: number, longerThan: number) => Match | undefined {
  const words = new DataView(source.buffer, source.byteOffset, source.length);
  const heads = new Int32Array(1 << hashBits).fill(-1);
  const chain = new Int32Array(longestOffset + 1);
  const limit = source.length - lastLiterals;
  let known = 0;
  return (at, longerThan) => {
    for (; known < at; known++) {
      const slot = slotOf(words.getInt32(known, true));
      chain[known & longestOffset] = heads[slot] ?? -1;
      heads[slot] = known;
    }
    const word = words.getInt32(at, true);
    const oldest = at < longestOffset ? 0 : at - longestOffset;
    let [best, from] = [longerThan, -1];
    let candidate = heads[slotOf(word)] ?? -1;
    for (let tries = deepest; candidate >= oldest && tries > 0; tries--) {
      // Only where the byte behind the best match agrees too can there be a longer one.
      if (
        source[candidate + best] === source[at + best] &&
        words.getInt32(candidate, true) === word
      ) {
        let length = minimalMatch;
        while (at + length < limit && source[candidate + length] === source[at + length]) length++;
        if (length > best) {
          best = length;
          from = candidate;
          if (length >= longEnough) break;
        }
      }
      candidate = chain[candidate & longestOffset] ?? -1;
    }
    return from < 0 ? undefined : { at, from, length: best };
  };
}

function slotOf(word: number): number {
  return imul(word, 0x9e37_79b1) >>> (32 - hashBits);
}

/** Lets a match begin earlier where the bytes before it agree too, down to `lowest`. */
function extendBack(source: Uint8Array, { at, from, length }: Match, lowest: number): Match {
  let more = 0;
  while (
    at - more > lowest &&
    from - more > 0 &&
    source[at - more - 1] === source[from - more - 1]
  ) {
    more++;
  }
  return { at: at - more, from: from - more, length: length + more };
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
