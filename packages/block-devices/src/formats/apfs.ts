import { fieldsOf, type Fields } from "../fields.ts";
import { magic, wrongChecksum, type Format } from "../format.ts";

const blockSize = 4096;
const word = 2 ** 32;

/** APFS, by its container superblock, whose volumes have the labels. */
export const apfs: Format = {
  magics: [magic(32, "NXSB")],
  async read(reader) {
    const bytes = await reader.at(0, blockSize);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes);
    const isContainer = fields.u16(24) === 1 && fields.u32(28) === 0;
    if (!isContainer || fields.u32(36) !== blockSize) return undefined;
    if (!checksumFits(fields)) return wrongChecksum("apfs");
    return { type: "apfs", usage: "filesystem", uuid: fields.uuid(72), uuidKind: "dce", blockSize };
  },
};

/** Fletcher's sum of 32-bit words, modulo 2^32 - 1. */
function checksumFits(fields: Fields): boolean {
  let [low, high] = [0, 0];
  for (let at = 8; at < blockSize; at += 4) {
    low += fields.u32(at);
    high += low;
  }
  const first = ~((low + high) % (word - 1)) >>> 0;
  const second = ~((low + first) % (word - 1)) >>> 0;
  return fields.u32(0) === first && fields.u32(4) === second;
}
