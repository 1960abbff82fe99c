import { rawCrc, withZeros } from "../checksum.ts";
import { fieldsOf } from "../fields.ts";
import { magic, wrongChecksum, type Format } from "../format.ts";

const superblock = 1024;
const hasChecksum = 1;

/** EROFS. Its checksum covers the rest of the superblock's block. */
export const erofs: Format = {
  magics: [magic(superblock, [0xe2, 0xe1, 0xf5, 0xe0])],
  async read(reader) {
    const bytes = await reader.at(superblock, 128);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes);
    const blockSize = 2 ** fields.u8(12);
    if (blockSize < 512 || blockSize > 65536) {
      return { rejected: "erofs", why: "its block size is impossible" };
    }
    if (fields.u32(8) & hasChecksum) {
      const length = blockSize > superblock ? blockSize - superblock : blockSize;
      const covered = await reader.at(superblock, length);
      if (covered === undefined) return undefined;
      const sum = rawCrc("crc32c", withZeros(covered, 4, 4), 0xffffffff);
      if (sum !== fields.u32(4)) return wrongChecksum("erofs");
    }
    return {
      type: "erofs",
      usage: "filesystem",
      uuid: fields.uuid(48),
      uuidKind: "dce",
      label: fields.text(64, 16),
      blockSize,
    };
  },
};
