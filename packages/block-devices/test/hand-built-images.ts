import type { Identification } from "@earlyboot/block-devices";
import type { SparseImage } from "./recorded-images.ts";

/** An image for which Debian has no program, or whose program needs a driver. */
export interface HandBuiltImage extends SparseImage {
  readonly name: string;
  readonly expected: Partial<Identification>;
  /** Whether libblkid 2.38 knows it as well. */
  readonly isKnownToBlkid: boolean;
}

const mebibyte = 2 ** 20;
const uuid = "3a6e1d1c-0b6f-4a5e-9f0e-0123456789ab";
const otherUuid = "00112233-4455-6677-8899-aabbccddeeff";

function bytesOf(hex: string): readonly number[] {
  return Array.from(hex.replaceAll("-", "").match(/../g) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  );
}

function ascii(text: string): readonly number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

function little(value: number, length = 4): readonly number[] {
  return Array.from({ length }, (_, index) => Math.floor(value / 256 ** index) % 256);
}

function big(value: number, length = 4): readonly number[] {
  return little(value, length).toReversed();
}

/** A block of bytes with fields at their offsets. */
function block(length: number, fields: Readonly<Record<number, readonly number[]>>): Uint8Array {
  const bytes = new Uint8Array(length);
  for (const [offset, field] of Object.entries(fields)) bytes.set(field, Number(offset));
  return bytes;
}

/** md sums its superblock as 32-bit words, and adds what overflows. */
function withMdSum(superblock: Uint8Array, place = 216, order: typeof little = little): Uint8Array {
  const view = new DataView(superblock.buffer);
  let sum = 0;
  for (let at = 0; at < superblock.length; at += 4) sum += view.getUint32(at, order === little);
  superblock.set(order(((sum % 2 ** 32) + Math.floor(sum / 2 ** 32)) % 2 ** 32), place);
  return superblock;
}

function md1(minor: 0 | 1 | 2, place: number): HandBuiltImage {
  const superblock = block(256 + 2 * 2 + 124, {
    0: [0xfc, 0x4e, 0x2b, 0xa9],
    4: little(1),
    16: bytesOf(uuid),
    32: ascii("host:array"),
    72: little(1),
    92: little(2),
    144: little(place / 512, 8),
    168: bytesOf(otherUuid),
    220: little(64),
  });
  return {
    name: `a member of md 1.${minor}`,
    size: 16 * mebibyte + 5 * 512,
    parts: [[place, withMdSum(superblock)]],
    expected: {
      type: "linux_raid_member",
      usage: "raid",
      version: `1.${minor}`,
      uuid,
      subUuid: otherUuid,
      label: "host:array",
      member: { devices: 2, level: 1, name: "host:array" },
    },
    isKnownToBlkid: true,
  };
}

function md090(order: typeof little, size: number, name: string): HandBuiltImage {
  const words = { 0: 0xa92b4efc, 4: 0, 8: 90, 12: 2, 20: 0x11223344, 28: 5, 40: 3 };
  const more = { 52: 0x55667788, 56: 0x99aabbcc, 60: 0xddeeff00 };
  const fields = Object.entries({ ...words, ...more }).map(([at, word]) => [at, order(word)]);
  const superblock = withMdSum(block(4096, Object.fromEntries(fields)), 0x98, order);
  return {
    name,
    size,
    parts: [[size - (size % 65536) - 65536, superblock]],
    expected: {
      type: "linux_raid_member",
      usage: "raid",
      version: "0.90.2",
      member: { devices: 3, level: 5 },
      uuid: "11223344-5566-7788-99aa-bbccddeeff00",
    },
    isKnownToBlkid: true,
  };
}

function hibernated(signature: string, version: string, pageSize: number): HandBuiltImage {
  return {
    name: `swap of ${pageSize} bytes a page that holds ${signature}`,
    size: 8 * mebibyte,
    parts: [
      [1024, block(512, { 0: little(1), 4: little(100), 12: bytesOf(uuid), 28: ascii("sleepy") })],
      [pageSize - 10, Uint8Array.from(ascii(signature))],
    ],
    expected: { type: "swsuspend", usage: "other", version, uuid, label: "sleepy" },
    isKnownToBlkid: true,
  };
}

/** Fletcher's sum over a block, as APFS keeps it in the first eight bytes. */
function withFletcherSum(content: Uint8Array): Uint8Array {
  const most = 0xffffffffn;
  let [low, high] = [0n, 0n];
  for (const word of new Uint32Array(content.slice(8).buffer)) {
    low = (low + BigInt(word)) % most;
    high = (high + low) % most;
  }
  const first = most - ((low + high) % most);
  const second = most - ((low + first) % most);
  content.set(little(Number(first)), 0);
  content.set(little(Number(second)), 4);
  return content;
}

/** CRC32C, bit by bit. */
function crc32c(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0);
  }
  return ~value >>> 0;
}

function bcachefs(name: string, magic: string, memberFields: Uint8Array): HandBuiltImage {
  const superblock = block(752 + memberFields.length, {
    16: little(26, 2),
    24: bytesOf(magic),
    56: bytesOf(uuid),
    72: ascii("pool"),
    104: little(8, 8),
    120: little(8, 2),
    122: [1, 2],
    124: little(memberFields.length / 8),
    144: little(1 << 2),
    752: Array.from(memberFields),
  });
  superblock.set(little(crc32c(superblock.subarray(16))), 0);
  return {
    name,
    size: 64 * mebibyte,
    parts: [[4096, superblock]],
    expected: {
      type: "bcachefs",
      usage: "filesystem",
      version: "26",
      uuid,
      subUuid: otherUuid,
      label: "pool",
      blockSize: 4096,
      member: { devices: 2 },
    },
    isKnownToBlkid: false,
  };
}

const oldMembers = block(8 + 2 * 56, {
  0: little(15),
  4: little(1),
  8: bytesOf(uuid),
  64: bytesOf(otherUuid),
});
const newMembers = block(16 + 2 * 64, {
  0: little(18),
  4: little(11),
  8: little(64, 2),
  16: bytesOf(uuid),
  80: bytesOf(otherUuid),
});

/** A name and a value in XDR, as ZFS's labels have them. */
function xdrPair(name: string, type: number, value: readonly number[]): readonly number[] {
  const padded = [...ascii(name), ...Array<number>((4 - (name.length % 4)) % 4).fill(0)];
  const size = 12 + padded.length + 8 + value.length;
  return [
    ...big(size),
    ...big(size),
    ...big(name.length),
    ...padded,
    ...big(type),
    ...big(1),
    ...value,
  ];
}

const zfsDescription = Uint8Array.from([
  1,
  1,
  0,
  0,
  ...big(0),
  ...big(1),
  ...xdrPair("version", 8, big(5000, 8)),
  ...xdrPair("name", 9, [...big(4), ...ascii("tank")]),
  ...xdrPair("pool_guid", 8, big(1234567890123, 8)),
  ...xdrPair("guid", 8, big(987654321, 8)),
  ...big(0, 8),
]);

function zfs(name: string, label: number): HandBuiltImage {
  const uberblocks = [0, 1, 2, 3].map((index) => {
    const content = block(40, { 0: little(0x00bab10c, 8), 8: little(5000, 8) });
    return [label + 131072 + index * 1024, content] as const;
  });
  return {
    name,
    size: 64 * mebibyte,
    parts: [[label + 16384, zfsDescription], ...uberblocks],
    expected: {
      type: "zfs_member",
      usage: "filesystem",
      version: "5000",
      uuid: "1234567890123",
      subUuid: "987654321",
      label: "tank",
    },
    isKnownToBlkid: true,
  };
}

function bitlocker(name: string, start: readonly number[], field: number): HandBuiltImage {
  const metadata = block(64, { 0: ascii("-FVE-FS-"), 10: little(2, 2) });
  return {
    name,
    size: 64 * mebibyte,
    parts: [
      [0, block(512, { 0: start, 510: [0x55, 0xaa], [field]: little(mebibyte, 8) })],
      [mebibyte, metadata],
    ],
    expected: { type: "BitLocker", usage: "crypto", ...(field === 400 ? {} : { version: "2" }) },
    isKnownToBlkid: true,
  };
}

/** One of each type that no program here makes. */
export const handBuiltImages: readonly HandBuiltImage[] = [
  md1(0, 16 * mebibyte + 2560 - 512 * 5 - 8192),
  md1(1, 0),
  md1(2, 4096),
  md090(little, 16 * mebibyte, "a member of md 0.90"),
  md090(little, 16 * mebibyte + 12345 * 512, "a member of md 0.90 of an odd size"),
  md090(big, 16 * mebibyte, "a member of md 0.90 of the other byte order"),
  hibernated("S1SUSPEND\0", "s1suspend", 4096),
  hibernated("S2SUSPEND\0", "s2suspend", 4096),
  hibernated("ULSUSPEND\0", "ulsuspend", 16384),
  hibernated("LINHIB0001", "linhib0001", 65536),
  {
    name: "swap that TuxOnIce has written to",
    size: 8 * mebibyte,
    parts: [[0, Uint8Array.of(0xed, 0xc3, 0x02, 0xe9, 0x98, 0x56, 0xe5, 0x0c)]],
    expected: { type: "swsuspend", usage: "other", version: "tuxonice" },
    isKnownToBlkid: true,
  },
  {
    name: "apfs",
    size: 64 * mebibyte,
    parts: [
      [
        0,
        withFletcherSum(
          block(4096, {
            8: little(1, 8),
            16: little(7, 8),
            24: [1, 0, 0, 0x80],
            32: ascii("NXSB"),
            36: little(4096),
            40: little(16384, 8),
            72: bytesOf(uuid),
          }),
        ),
      ],
    ],
    expected: { type: "apfs", usage: "filesystem", uuid, blockSize: 4096 },
    isKnownToBlkid: true,
  },
  bcachefs("bcachefs", "c68573f6-66ce-90a9-d96a-60cf803df7ef", newMembers),
  bcachefs(
    "bcachefs with its old magic number",
    "c68573f6-4e1a-45ca-8265-f57f48ba6d81",
    oldMembers,
  ),
  zfs("a member of ZFS", 0),
  zfs("a member of ZFS that has lost its first label", 2 ** 18),
  zfs("a member of ZFS that has its last label only", 64 * mebibyte - 2 ** 18),
  bitlocker("BitLocker", [0xeb, 0x58, 0x90, ...ascii("-FVE-FS-")], 176),
  bitlocker("BitLocker of Vista", [0xeb, 0x52, 0x90, ...ascii("-FVE-FS-")], 400),
  bitlocker("BitLocker To Go", [0xeb, 0x58, 0x90, ...ascii("MSWIN4.1")], 440),
  {
    name: "dm-integrity",
    size: 8 * mebibyte,
    parts: [[0, block(512, { 0: ascii("integrt\0"), 8: [4] })]],
    expected: { type: "DM_integrity", usage: "crypto", version: "4" },
    isKnownToBlkid: true,
  },
  {
    name: "the store of dm-snapshot",
    size: 8 * mebibyte,
    parts: [[0, block(512, { 0: ascii("SnAp"), 4: little(1), 8: little(1), 12: little(16) })]],
    expected: { type: "DM_snapshot_cow", usage: "other" },
    isKnownToBlkid: true,
  },
  {
    name: "High Sierra",
    size: 8 * mebibyte,
    parts: [
      [32768, block(2048, { 8: [1], 9: ascii("CDROM"), 14: [1], 48: ascii("OLDDISC".padEnd(32)) })],
    ],
    expected: { type: "iso9660", usage: "filesystem", version: "High Sierra", label: "OLDDISC" },
    isKnownToBlkid: true,
  },
  {
    name: "squashfs 3 of the other byte order",
    size: mebibyte,
    parts: [[0, block(128, { 0: ascii("sqsh"), 28: big(3, 2), 30: big(1, 2) })]],
    expected: { type: "squashfs3", usage: "filesystem", version: "3.1" },
    isKnownToBlkid: true,
  },
  {
    name: "reiserfs 3.5 at its old place",
    size: 40 * mebibyte,
    parts: [[0x2000, block(256, { 12: little(18), 44: little(4096, 2), 52: ascii("ReIsErFs") })]],
    expected: { type: "reiserfs", usage: "filesystem", version: "3.5" },
    isKnownToBlkid: true,
  },
  {
    name: "f2fs 1.0",
    size: 64 * mebibyte,
    parts: [[1024, block(3072, { 0: [0x10, 0x20, 0xf5, 0xf2], 4: little(1, 2), 6: little(0, 2) })]],
    expected: { type: "f2fs", usage: "filesystem" },
    isKnownToBlkid: true,
  },
];
