import { blake2b256 } from "../blake2b.ts";
import { crc } from "../checksum.ts";
import { type Fields, fieldsOf } from "../fields.ts";
import { magic, wrongChecksum, type Format } from "../format.ts";
import { sha256 } from "../sha256.ts";
import { xxhash64 } from "../xxhash64.ts";

const superblock = 0x10000;

/** btrfs. The label and the UUID belong to the file system, `subUuid` to this device of it. */
export const btrfs: Format = {
  magics: [magic(superblock + 0x40, "_BHRfS_M")],
  async read(reader) {
    const bytes = await reader.at(superblock, 4096);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes);
    if (fields.u64(0x30) !== superblock) {
      return { rejected: "btrfs", why: "its superblock belongs to another place" };
    }
    if (!checksumFits(bytes, fields.u16(0xc4))) return wrongChecksum("btrfs");
    const devices = fields.u64(0x88);
    return {
      type: "btrfs",
      usage: "filesystem",
      uuid: fields.uuid(0x20),
      uuidKind: "dce",
      subUuid: fields.uuid(0x10b),
      label: fields.text(0x12b, 256),
      blockSize: fields.u32(0x90),
      member: { devices, ...(devices > 1 && { subUuids: membersOf(fields) }) },
    };
  },
};

/**
 * The devices that the chunks of the system lie on. The superblock holds these chunks, each a key of 17
 * bytes, 48 bytes and a stripe of 32 for each device, for all others are found by them.
 */
function membersOf(fields: Fields): readonly string[] {
  const start = 0x32b;
  const end = start + Math.min(fields.u32(0xa0), 2048);
  const uuids = new Set<string>();
  for (let stripes = start + 17 + 48; stripes < end;) {
    const next = stripes + 32 * fields.u16(stripes - 4);
    if (next > end) break;
    for (let stripe = stripes; stripe < next; stripe += 32) {
      const uuid = fields.uuid(stripe + 16);
      if (uuid !== undefined) uuids.add(uuid);
    }
    stripes = next + 17 + 48;
  }
  return Array.from(uuids);
}

/** The kinds of checksum, by number; one that nobody here knows is not verified. */
const digests: readonly ((covered: Uint8Array) => Uint8Array)[] = [
  (covered) => littleEndian(BigInt(crc("crc32c", covered))),
  (covered) => littleEndian(xxhash64(covered)),
  sha256,
  blake2b256,
];

function checksumFits(bytes: Uint8Array, kind: number): boolean {
  const digest = digests[kind]?.(bytes.subarray(32)) ?? new Uint8Array();
  return digest.every((byte, index) => byte === bytes[index]);
}

function littleEndian(value: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value, true);
  return new Uint8Array(view.buffer);
}
