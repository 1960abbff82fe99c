import { fieldsOf } from "../fields.ts";
import { magic, type Format } from "../format.ts";

const superblock = 0x8000;

/** JFS. */
export const jfs: Format = {
  magics: [magic(superblock, "JFS1")],
  async read(reader) {
    const bytes = await reader.at(superblock, 184);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes);
    const blockSize = fields.u32(16);
    const [log, factor, physicalLog] = [fields.u16(20), fields.u16(22), fields.u16(28)];
    const sizesAgree =
      blockSize === 2 ** log && fields.u32(24) === 2 ** physicalLog && log - physicalLog === factor;
    if (!sizesAgree) return { rejected: "jfs", why: "its block sizes disagree" };
    return {
      type: "jfs",
      usage: "filesystem",
      uuid: fields.uuid(0x88),
      uuidKind: "dce",
      label: fields.text(0x98, 16),
      blockSize,
      state: fields.u32(40) === 0 ? "clean" : "dirty",
    };
  },
};
