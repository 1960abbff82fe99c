/** The BLAKE2b digest of `bytes`, 256 bits, without a key. See RFC 7693. */
export function blake2b256(bytes: Uint8Array): Uint8Array {
  const length = 32;
  const state = BigUint64Array.from(initial);
  state[0] = wordAt(state, 0) ^ BigInt(0x01010000 ^ length);
  const blocks = Math.max(1, Math.ceil(bytes.length / blockSize));
  const message = new Uint8Array(blocks * blockSize);
  message.set(bytes);
  for (let block = 1; block <= blocks; block++) {
    const view = new DataView(message.buffer, (block - 1) * blockSize, blockSize);
    const words = BigUint64Array.from({ length: 16 }, (_, at) => view.getBigUint64(at * 8, true));
    compress(state, words, Math.min(block * blockSize, bytes.length), block === blocks);
  }
  const digest = new DataView(new ArrayBuffer(length));
  for (let at = 0; at < length; at += 8) digest.setBigUint64(at, wordAt(state, at / 8), true);
  return new Uint8Array(digest.buffer);
}

const blockSize = 128;

function compress(
  state: BigUint64Array,
  words: BigUint64Array,
  counted: number,
  isLast: boolean,
): void {
  const work = BigUint64Array.from([...state, ...initial]);
  work[12] = wordAt(work, 12) ^ BigInt(counted);
  if (isLast) work[14] = ~wordAt(work, 14);
  for (let round = 0; round < 12; round++) {
    const order = orders[round % orders.length] ?? [];
    for (const [index, lanes] of mixings.entries()) {
      mix(work, lanes, wordAt(words, order[index * 2]), wordAt(words, order[index * 2 + 1]));
    }
  }
  for (let at = 0; at < 8; at++) {
    state[at] = wordAt(state, at) ^ wordAt(work, at) ^ wordAt(work, at + 8);
  }
}

type Lanes = readonly [number, number, number, number];

/** The columns of the working state, then its diagonals. */
const mixings: readonly Lanes[] = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
];

function mix(work: BigUint64Array, [a, b, c, d]: Lanes, first: bigint, second: bigint): void {
  mixHalf(work, [a, b, c, d], first, [32n, 24n]);
  mixHalf(work, [a, b, c, d], second, [16n, 63n]);
}

function mixHalf(
  work: BigUint64Array,
  [a, b, c, d]: Lanes,
  word: bigint,
  [turnD, turnB]: readonly [bigint, bigint],
): void {
  work[a] = wordAt(work, a) + wordAt(work, b) + word;
  work[d] = rotate(wordAt(work, d) ^ wordAt(work, a), turnD);
  work[c] = wordAt(work, c) + wordAt(work, d);
  work[b] = rotate(wordAt(work, b) ^ wordAt(work, c), turnB);
}

function rotate(value: bigint, bits: bigint): bigint {
  return (value >> bits) | BigInt.asUintN(64, value << (64n - bits));
}

function wordAt(words: BigUint64Array, index = 0): bigint {
  return words[index] ?? 0n;
}

/** The fractions of the square roots of the first eight primes. */
const initial = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
] as const;

/** In which order each round takes the words of a block. */
const orders = [
  "0123456789abcdef",
  "ea489fd61c02b753",
  "b8c052fdae367194",
  "7931dcbe265a40f8",
  "905724afe1bc683d",
  "2c6a0b834d75fe19",
  "c51fed4a0763928b",
  "db7ec13950f4862a",
  "6fe9b308c2d714a5",
  "a2847615fb9e3cd0",
].map((order) => Array.from(order, (digit) => Number.parseInt(digit, 16)));
