import { rawCrc } from "../checksum.ts";
import { fieldsOf, type Fields } from "../fields.ts";
import { magic, wrongChecksum, type Format } from "../format.ts";

const magicBytes = [0x10, 0x20, 0xf5, 0xf2] as const;

/** The number that f2fs begins its CRC with is its magic number. */
const crcSeed = 0xf2f52010;

/** F2FS, by its first superblock or the copy behind it. */
export const f2fs: Format = {
  magics: [magic(0x400, magicBytes), magic(0x1400, magicBytes)],
  async read(reader, place) {
    const bytes = await reader.at(place, 3072);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes);
    const [major, minor] = [fields.u16(4), fields.u16(6)];
    // Of version 1.0 nobody knows where the other fields are.
    if (major === 1 && minor === 0) return { type: "f2fs", usage: "filesystem" };
    if (!checksumFits(fields)) return wrongChecksum("f2fs");
    return {
      type: "f2fs",
      usage: "filesystem",
      version: `${major}.${minor}`,
      uuid: fields.uuid(0x6c),
      uuidKind: "dce",
      label: fields.text(0x7c, 1024, "utf-16le"),
      blockSize: 2 ** Math.min(fields.u32(0x10), 16),
    };
  },
};

function checksumFits(fields: Fields): boolean {
  const place = fields.u32(0x20);
  if (place === 0) return true;
  return rawCrc("crc32", fields.slice(0, place), crcSeed) === fields.u32(place);
}
