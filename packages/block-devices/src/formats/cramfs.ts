import { crc, withZeros } from "../checksum.ts";
import { fieldsOf } from "../fields.ts";
import { magic, wrongChecksum, type Format } from "../format.ts";

const littleMagic = [0x45, 0x3d, 0xcd, 0x28] as const;

/** Larger images are believed without their checksum, which covers them whole. */
const checkedSize = 256 * 1024;
const version2 = 1;

/** cramfs, in the byte order of the machine that made it. */
export const cramfs: Format = {
  magics: [magic(0, littleMagic), magic(0, littleMagic.toReversed())],
  async read(reader) {
    const bytes = await reader.at(0, 76);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes, bytes[0] === littleMagic[0] ? "little" : "big");
    if (fields.text(16, 16) !== "Compressed ROMFS") return undefined;
    const size = fields.u32(4);
    if (fields.u32(8) & version2 && size <= checkedSize) {
      const image = await reader.at(0, size);
      if (image === undefined) return undefined;
      if (crc("crc32", withZeros(image, 32, 4)) !== fields.u32(32)) return wrongChecksum("cramfs");
    }
    return { type: "cramfs", usage: "filesystem", label: fields.text(48, 16) };
  },
};
