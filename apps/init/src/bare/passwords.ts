import { scryptAsync } from "@noble/hashes/scrypt.js";

/** In bytes. */
const shortestKey = 16;

/** Whether a password fits a `scrypt:N:R:P:SALT:KEY`. */
export async function passwordFits(password: Uint8Array, hash: string): Promise<boolean> {
  const [scheme, cost, blockSize, parallelization, salt, key] = hash.split(":");
  if (scheme !== "scrypt" || salt === undefined || key === undefined) return false;
  const expected = Buffer.from(key, "base64");
  // An empty key would fit every password.
  if (expected.length < shortestKey) return false;
  const derived = await scryptAsync(password, Buffer.from(salt, "base64"), {
    N: Number(cost),
    r: Number(blockSize),
    p: Number(parallelization),
    dkLen: expected.length,
    maxmem: 256 * Number(cost) * Number(blockSize),
  });
  return equalInAnyTime(derived, expected);
}

/** Looks at every byte, so that the time does not tell how many were right. */
function equalInAnyTime(one: Uint8Array, other: Uint8Array): boolean {
  return one.reduce((difference, byte, i) => difference | (byte ^ (other[i] ?? 0)), 0) === 0;
}
