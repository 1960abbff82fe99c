/** How text is written on a disk. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

const decoders: Readonly<Record<Encoding, InstanceType<typeof TextDecoder>>> = {
  "utf-8": new TextDecoder("utf-8"),
  "utf-16le": new TextDecoder("utf-16le"),
  "utf-16be": new TextDecoder("utf-16be"),
};

/**
 * The fields of a structure on disk, by offset. What lies outside of the structure is NaN, no bytes
 * or no text, so that offsets which come from the disk need no care.
 */
export interface Fields {
  readonly bytes: Uint8Array;
  u8(at: number): number;
  u16(at: number): number;
  u32(at: number): number;
  i32(at: number): number;
  /** Exact up to 2^53; no device is larger. */
  u64(at: number): number;
  slice(at: number, length: number): Uint8Array;
  /** Up to the first NUL, without blanks at the end; `undefined` when nothing is left. */
  text(at: number, length: number, encoding?: Encoding): string | undefined;
  /** 16 bytes as 8-4-4-4-12 hexadecimal digits; `undefined` when all are zero. */
  uuid(at: number): string | undefined;
}

/** Gives access to the fields of `bytes`. */
export function fieldsOf(bytes: Uint8Array, order: "little" | "big" = "little"): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = order === "little";
  const has = (at: number, length: number): boolean => at >= 0 && at + length <= bytes.length;
  const slice = (at: number, length: number): Uint8Array =>
    has(at, length) ? bytes.subarray(at, at + length) : bytes.subarray(0, 0);

  return {
    bytes,
    u8: (at) => (has(at, 1) ? view.getUint8(at) : Number.NaN),
    u16: (at) => (has(at, 2) ? view.getUint16(at, little) : Number.NaN),
    u32: (at) => (has(at, 4) ? view.getUint32(at, little) : Number.NaN),
    i32: (at) => (has(at, 4) ? view.getInt32(at, little) : Number.NaN),
    u64: (at) => (has(at, 8) ? Number(view.getBigUint64(at, little)) : Number.NaN),
    slice,
    text: (at, length, encoding) => decodeText(slice(at, length), encoding),
    uuid: (at) => formatUuidBytes(slice(at, 16)),
  };
}

/** Decodes text that ends at a NUL or with `bytes`, without the blanks at its end. */
export function decodeText(bytes: Uint8Array, encoding: Encoding = "utf-8"): string | undefined {
  const end = encoding === "utf-8" ? bytes.indexOf(0) : endOfUtf16(bytes);
  const text = decoders[encoding].decode(end < 0 ? bytes : bytes.subarray(0, end));
  const trimmed = text.replace(/[ \t\n\v\f\r]+$/, "");
  return trimmed === "" ? undefined : trimmed;
}

function endOfUtf16(bytes: Uint8Array): number {
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    if (bytes[at] === 0 && bytes[at + 1] === 0) return at;
  }
  return -1;
}

/** Formats 16 bytes as a UUID in text; `undefined` when all are zero or some are missing. */
function formatUuidBytes(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 16 || bytes.every((byte) => byte === 0)) return undefined;
  return groupUuidDigits(hexOf(bytes));
}

/** Puts 32 hexadecimal digits into the groups of a UUID. */
export function groupUuidDigits(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The bytes in hexadecimal, lower case. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
