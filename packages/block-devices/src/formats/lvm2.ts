import { rawCrc } from "../checksum.ts";
import { fieldsOf } from "../fields.ts";
import { magic, wrongChecksum, type Format } from "../format.ts";

const sector = 512;

/** Where LVM's own CRC begins. */
const crcSeed = 0xf597a6cf;

/** Physical volumes of LVM2: the label is in one of the first four sectors. */
export const lvm2: Format = {
  magics: [1, 0, 2, 3].map((index) => magic(index * sector, "LABELONE")),
  async read(reader, place) {
    const bytes = await reader.at(place, sector);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes);
    if (fields.text(24, 8) !== "LVM2 001") return undefined;
    if (fields.u64(8) * sector !== place) {
      return { rejected: "LVM2_member", why: "its label belongs to another place" };
    }
    if (rawCrc("crc32", bytes.subarray(20), crcSeed) !== fields.u32(16)) {
      return wrongChecksum("LVM2_member");
    }
    return {
      type: "LVM2_member",
      usage: "raid",
      version: "LVM2 001",
      uuid: groupPvUuid(fields.text(fields.u32(20), 32) ?? ""),
      uuidKind: "lvm2",
    };
  },
};

/** 32 characters in the groups in which pvs(8) shows them. */
function groupPvUuid(text: string): string | undefined {
  const groups = /^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/u.exec(text);
  return groups?.slice(1).join("-");
}
