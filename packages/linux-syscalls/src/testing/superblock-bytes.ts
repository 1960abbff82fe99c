import type { Extent, FileSystemContent } from "./block-device-description.ts";

/**
 * What a reader of superblocks recognises a file system by: its magic number, label and UUID at their
 * places, and nothing more. Types that are not here leave the device without a superblock.
 */
export function superblockBytes({ type, label = "", uuid }: FileSystemContent): readonly Extent[] {
  const parts = layouts[type]?.(new TextEncoder().encode(label), uuidBytes(uuid)) ?? [];
  return parts.map(([offset, bytes]) => ({ offset, bytes: Uint8Array.from(bytes) }));
}

type Part = readonly [offset: number, bytes: Iterable<number>];
type Layout = (label: Uint8Array, uuid: Uint8Array) => readonly Part[];

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** ext2, ext3 and ext4 differ by the features that they need; see `fs/ext4/ext4.h`. */
function ext(compatible: number, incompatible: number): Layout {
  return (label, uuid) => [
    [1024, [0, 16, 0, 0, 0, 0, 1, 0]],
    [1024 + 20, [0, 0, 0, 0, 2, 0, 0, 0]],
    [1024 + 32, [0, 128, 0, 0, 0, 128, 0, 0, 0, 16, 0, 0]],
    [1024 + 56, [0x53, 0xef, 1, 0, 1, 0]],
    [1024 + 76, [1, 0, 0, 0]],
    [1024 + 84, [11, 0, 0, 0, 0, 1]],
    [1024 + 92, [compatible, 0, 0, 0, incompatible & 0xff, incompatible >> 8, 0, 0]],
    [1024 + 104, uuid],
    [1024 + 120, label.subarray(0, 16)],
  ];
}

const layouts: Readonly<Record<string, Layout>> = {
  ext2: ext(0, 0x2),
  ext3: ext(0x4, 0x2),
  ext4: ext(0x4, 0x42),
  btrfs: (label, uuid) => [
    [0x10000 + 32, uuid],
    [0x10000 + 48, [0, 0, 1]],
    [0x10000 + 64, ascii("_BHRfS_M")],
    [0x10000 + 136, [1]],
    [0x10000 + 145, [16]],
    [0x10000 + 149, [64]],
    // A kind of checksum that nobody knows, and so nobody verifies.
    [0x10000 + 196, [255]],
    [0x10000 + 299, label.subarray(0, 255)],
  ],
  xfs: (label, uuid) => [
    [0, ascii("XFSB")],
    [4, [0, 0, 16, 0]],
    [8, [0, 0, 0, 0, 0, 0, 64, 0]],
    [32, uuid],
    [84, [0, 0, 16, 0, 0, 0, 0, 4]],
    [100, [0xb4, 0xa4]],
    [102, [2, 0]],
    [104, [2, 0]],
    [108, label.subarray(0, 12)],
    [120, [12, 9, 9]],
  ],
  swap: (label, uuid) => [
    [1024, [1, 0, 0, 0, 255]],
    [1036, uuid],
    [1052, label.subarray(0, 16)],
    [4086, ascii("SWAPSPACE2")],
  ],
  squashfs: () => [
    [0, ascii("hsqs")],
    [12, [0, 0, 2, 0]],
    [28, [4, 0, 0, 0]],
  ],
  crypto_LUKS: (label, uuid) => [
    [0, [...ascii("LUKS"), 0xba, 0xbe, 0, 2]],
    [24, label.subarray(0, 48)],
    [168, ascii(formatUuid(uuid))],
  ],
};

/** The bytes that a UUID's hexadecimal digits say; zeros without one. */
function uuidBytes(text = ""): Uint8Array {
  const digits = text.replaceAll("-", "").match(/../g) ?? [];
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(digits[i] ?? "0", 16));
}

function formatUuid(bytes: Uint8Array): string {
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
