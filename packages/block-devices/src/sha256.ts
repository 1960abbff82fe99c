/** The SHA-256 digest of `bytes`. See FIPS 180-4. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const state = Uint32Array.from(initial);
  const message = new DataView(padded(bytes).buffer);
  const schedule = new Uint32Array(64);
  for (let block = 0; block < message.byteLength; block += 64) {
    fillSchedule(schedule, message, block);
    compress(state, schedule);
  }
  const digest = new DataView(new ArrayBuffer(32));
  for (const [index, word] of state.entries()) digest.setUint32(index * 4, word);
  return new Uint8Array(digest.buffer);
}

/** One bit, zeros, and the length in bits, up to the end of a block. */
function padded(bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  message.set(bytes);
  message[bytes.length] = 0x80;
  new DataView(message.buffer).setBigUint64(message.length - 8, BigInt(bytes.length) * 8n);
  return message;
}

function fillSchedule(schedule: Uint32Array, message: DataView, block: number): void {
  for (let at = 0; at < 16; at++) schedule[at] = message.getUint32(block + at * 4);
  for (let at = 16; at < 64; at++) {
    const [early, late] = [wordAt(schedule, at - 15), wordAt(schedule, at - 2)];
    const small = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const large = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    schedule[at] = small + wordAt(schedule, at - 16) + large + wordAt(schedule, at - 7);
  }
}

function compress(state: Uint32Array, schedule: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let round = 0; round < 64; round++) {
    const choice = (e & f) ^ (~e & g);
    const mixed = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice;
    const first = (mixed + wordAt(constants, round) + wordAt(schedule, round)) >>> 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority;
    [h, g, f, e] = [g, f, e, (d + first) >>> 0];
    [d, c, b, a] = [c, b, a, (first + second) >>> 0];
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) {
    state[index] = wordAt(state, index) + word;
  }
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function wordAt(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

/** The fractions of the square roots of the first eight primes. */
const initial = wordsOf("6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19");

/** The fractions of the cube roots of the first 64 primes. */
const constants = wordsOf(
  "428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5 " +
    "d807aa98 12835b01 243185be 550c7dc3 72be5d74 80deb1fe 9bdc06a7 c19bf174 " +
    "e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa 5cb0a9dc 76f988da " +
    "983e5152 a831c66d b00327c8 bf597fc7 c6e00bf3 d5a79147 06ca6351 14292967 " +
    "27b70a85 2e1b2138 4d2c6dfc 53380d13 650a7354 766a0abb 81c2c92e 92722c85 " +
    "a2bfe8a1 a81a664b c24b8b70 c76c51a3 d192e819 d6990624 f40e3585 106aa070 " +
    "19a4c116 1e376c08 2748774c 34b0bcb5 391c0cb3 4ed8aa4a 5b9cca4f 682e6ff3 " +
    "748f82ee 78a5636f 84c87814 8cc70208 90befffa a4506ceb bef9a3f7 c67178f2",
);

function wordsOf(text: string): Uint32Array {
  return Uint32Array.from(text.split(" "), (word) => Number.parseInt(word, 16));
}
