const primes = {
  one: 0x9e3779b185ebca87n,
  two: 0xc2b2ae3d27d4eb4fn,
  three: 0x165667b19e3779f9n,
  four: 0x85ebca77c2b2ae63n,
  five: 0x27d4eb2f165667c5n,
} as const;

/** The 64-bit xxHash of `bytes`, with seed 0. See the specification of xxHash, `xxhash_spec.md`. */
export function xxhash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stripes = bytes.length - (bytes.length % 32);
  let hash = truncate(
    (stripes === 0 ? primes.five : mixStripes(view, stripes)) + BigInt(bytes.length),
  );
  let at = stripes;
  for (; at + 8 <= bytes.length; at += 8) {
    hash ^= round(0n, view.getBigUint64(at, true));
    hash = truncate(rotate(hash, 27n) * primes.one + primes.four);
  }
  for (; at + 4 <= bytes.length; at += 4) {
    hash ^= truncate(BigInt(view.getUint32(at, true)) * primes.one);
    hash = truncate(rotate(hash, 23n) * primes.two + primes.three);
  }
  for (; at < bytes.length; at++) {
    hash ^= truncate(BigInt(view.getUint8(at)) * primes.five);
    hash = truncate(rotate(hash, 11n) * primes.one);
  }
  return avalanche(hash);
}

/** Four lanes side by side, which are then one. */
function mixStripes(view: DataView, end: number): bigint {
  const lanes = [primes.one + primes.two, primes.two, 0n, -primes.one].map(truncate);
  for (let at = 0; at < end; at += 8) {
    const lane = (at / 8) % 4;
    lanes[lane] = round(lanes[lane] ?? 0n, view.getBigUint64(at, true));
  }
  const turns = [1n, 7n, 12n, 18n];
  const joined = lanes.reduce((sum, lane, index) => sum + rotate(lane, turns[index] ?? 0n), 0n);
  return lanes.reduce(
    (hash, lane) => truncate((hash ^ round(0n, lane)) * primes.one + primes.four),
    truncate(joined),
  );
}

function round(lane: bigint, input: bigint): bigint {
  return truncate(rotate(truncate(lane + input * primes.two), 31n) * primes.one);
}

function avalanche(hash: bigint): bigint {
  const once = truncate((hash ^ (hash >> 33n)) * primes.two);
  const twice = truncate((once ^ (once >> 29n)) * primes.three);
  return twice ^ (twice >> 32n);
}

function rotate(value: bigint, bits: bigint): bigint {
  return truncate((value << bits) | (value >> (64n - bits)));
}

function truncate(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
