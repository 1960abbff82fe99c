import { blake2b256 } from "../blake2b.ts";
import { crc } from "../checksum.ts";
import { fieldsOf } from "../fields.ts";
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
    return {
      type: "btrfs",
      usage: "filesystem",
      uuid: fields.uuid(0x20),
      uuidKind: "dce",
      subUuid: fields.uuid(0x10b),
      label: fields.text(0x12b, 256),
      blockSize: fields.u32(0x90),
      member: { devices: fields.u64(0x88) },
    };
  },
};

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
