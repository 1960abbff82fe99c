import { crc } from "../checksum.ts";
import { fieldsOf } from "../fields.ts";
import { magic, wrongChecksum, type Format } from "../format.ts";

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
    const checksumIsCrc32c = fields.u16(0xc4) === 0;
    if (checksumIsCrc32c && crc("crc32c", bytes.subarray(32)) !== fields.u32(0)) {
      return wrongChecksum("btrfs");
    }
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
