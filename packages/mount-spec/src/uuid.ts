/**
 * The ways in which file systems name themselves:
 *
 * - `dce`: 16 bytes, `8-4-4-4-12` hexadecimal digits (ext, btrfs, xfs, f2fs, jfs, bcachefs, LUKS, swap, …);
 * - `fat`, `exfat`: 4 bytes, little-endian on the disk, `1234-ABCD`;
 * - `ntfs`: 8 bytes, little-endian on the disk, 16 hexadecimal digits;
 * - `iso9660`: 16 digits, `2024-01-31-12-00-00-00`.
 */
export type UuidKind = "dce" | "fat" | "exfat" | "ntfs" | "iso9660";

/** A UUID as it is on the disk. */
export interface Uuid {
  readonly kind: UuidKind;
  readonly bytes: Uint8Array;
}

interface Shape {
  readonly length: number;
  readonly pattern: RegExp;
  readonly write: (bytes: Uint8Array) => string;
  readonly read: (text: string) => Uint8Array;
}

const fat: Shape = {
  length: 4,
  pattern: /^[0-9a-f]{4}-[0-9a-f]{4}$/i,
  write: (bytes) => dashed(hex(bytes.toReversed()).toUpperCase(), [4, 8]),
  read: (text) => fromHex(text).toReversed(),
};

const shapes: Readonly<Record<UuidKind, Shape>> = {
  dce: {
    length: 16,
    pattern: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
    write: (bytes) => dashed(hex(bytes), [8, 12, 16, 20, 32]),
    read: fromHex,
  },
  fat,
  exfat: fat,
  ntfs: {
    length: 8,
    pattern: /^[0-9a-f]{16}$/i,
    write: (bytes) => hex(bytes.toReversed()).toUpperCase(),
    read: (text) => fromHex(text).toReversed(),
  },
  iso9660: {
    length: 16,
    pattern: /^\d{4}(?:-\d{2}){6}$/,
    write: (bytes) => dashed(String.fromCharCode(...bytes), [4, 6, 8, 10, 12, 14, 16]),
    read: (text) => Uint8Array.from(text.replaceAll("-", ""), (digit) => digit.charCodeAt(0)),
  },
};

/** All kinds of UUID. */
export const uuidKinds: readonly UuidKind[] = ["dce", "fat", "exfat", "ntfs", "iso9660"];

/**
 * Reads the text of a UUID, of the given kind or of the first kind that it looks like; `undefined` when it is
 * none. Case does not matter. `fat` and `exfat` look alike.
 */
export function parseUuid(text: string, kind?: UuidKind): Uuid | undefined {
  const found = (kind === undefined ? uuidKinds : [kind]).find((one) =>
    shapes[one].pattern.test(text),
  );
  return found && { kind: found, bytes: shapes[found].read(text) };
}

/**
 * Writes a UUID as blkid(8) does.
 *
 * @throws RangeError when the bytes are no UUID of that kind.
 */
export function formatUuid({ kind, bytes }: Uuid): string {
  const { length, write } = shapes[kind];
  if (isUuid(kind, bytes)) return write(bytes);
  throw new RangeError(`not the ${length} bytes of a UUID of the kind ${kind}: ${hex(bytes)}`);
}

/** Whether these are the bytes of a UUID of that kind. */
export function isUuid(kind: UuidKind, bytes: Uint8Array): boolean {
  const { length, pattern, write } = shapes[kind];
  return bytes.length === length && pattern.test(write(bytes));
}

/** Whether two texts are the same UUID: case does not matter. */
export function sameUuid(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): Uint8Array {
  const pairs = text.match(/[0-9a-f]{2}/gi) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

/** Cuts a text at the given ends and puts dashes between the parts. */
function dashed(text: string, ends: readonly number[]): string {
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end)).join("-");
}
