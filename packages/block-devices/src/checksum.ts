/** One step of a reflected 32-bit CRC for every byte value. */
function crcTable(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value;
  });
}

/** The polynomial of Ethernet and zlib, and that of iSCSI. */
export type CrcKind = "crc32" | "crc32c";

const polynomials: Readonly<Record<CrcKind, number>> = { crc32: 0xedb88320, crc32c: 0x82f63b78 };

/** Those that were asked for: a boot needs one of them at most. */
const tables: Partial<Record<CrcKind, Uint32Array>> = {};

/** The plain CRC of `bytes` from `seed` on, without the inversions that most formats add. */
export function rawCrc(kind: CrcKind, bytes: Uint8Array, seed: number): number {
  const table = (tables[kind] ??= crcTable(polynomials[kind]));
  let value = seed;
  for (const byte of bytes) value = (value >>> 8) ^ (table[(value ^ byte) & 0xff] ?? 0);
  return value >>> 0;
}

/** The CRC with both inversions: of GPT, exFAT's kin and zlib (`crc32`), of iSCSI (`crc32c`). */
export function crc(kind: CrcKind, bytes: Uint8Array): number {
  return ~rawCrc(kind, bytes, 0xffffffff) >>> 0;
}

/** The CRC of X.25's polynomial without inversions, highest bit first: UDF's. */
export function crc16(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      value = (value & 0x8000 ? (value << 1) ^ 0x1021 : value << 1) & 0xffff;
    }
  }
  return value;
}

const crc64Polynomial = 0x42f0e1eba9ea3693n;
const all64 = 0xffffffffffffffffn;

/** The CRC with both inversions, 64 bits, of ECMA-182: bcache's. */
export function crc64(bytes: Uint8Array): bigint {
  let value = all64;
  for (const byte of bytes) {
    value ^= BigInt(byte) << 56n;
    for (let bit = 0; bit < 8; bit++) {
      value = ((value << 1n) & all64) ^ (value >> 63n ? crc64Polynomial : 0n);
    }
  }
  return value ^ all64;
}

/** A copy of `bytes` with `length` zeros at `at`, as checksums see the place that holds them. */
export function withZeros(bytes: Uint8Array, at: number, length: number): Uint8Array {
  const copy = bytes.slice();
  copy.fill(0, at, at + length);
  return copy;
}
