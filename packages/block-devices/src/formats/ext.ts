import { rawCrc } from "../checksum.ts";
import { fieldsOf, type Fields } from "../fields.ts";
import { magic, wrongChecksum, type Format } from "../format.ts";
import type { Identification } from "../identification.ts";

const superblock = 0x400;

/** Bits of `s_feature_incompat`, and which of them each generation knows. */
const incompat = { recover: 0x4, journalDevice: 0x8, ext2: 0x12, ext3: 0x16 } as const;
/** Bits of `s_feature_ro_compat`. */
const roCompat = { ext3: 0x7, metadataChecksum: 0x400 } as const;
const hasJournal = 0x4;
const testFileSystem = 0x4;

/** ext2, ext3, ext4 and their external journals. See Documentation/filesystems/ext4/super.rst. */
export const ext: Format = {
  magics: [magic(superblock + 0x38, [0x53, 0xef])],
  async read(reader) {
    const bytes = await reader.at(superblock, 1024);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes);
    const type = extType(fields);
    const logBlockSize = fields.u32(0x18);
    if (logBlockSize > 16) return { rejected: type, why: "its block size is impossible" };
    if (!checksumFits(fields)) return wrongChecksum(type);
    return {
      type,
      usage: type === "jbd" ? "other" : "filesystem",
      version: `${fields.u32(0x4c)}.${fields.u16(0x3e)}`,
      uuid: fields.uuid(0x68),
      uuidKind: "dce",
      label: fields.text(0x78, 16),
      blockSize: 1024 << logBlockSize,
      ...(type === "jbd" ? {} : { state: extState(fields) }),
    };
  },
};

/** The oldest generation that knows every feature in use. */
function extType(fields: Fields): string {
  const features = fields.u32(0x60);
  if (features & incompat.journalDevice) return "jbd";
  if (fields.u32(0x160) & testFileSystem) return "ext4dev";
  const journal = (fields.u32(0x5c) & hasJournal) !== 0;
  const known = journal ? incompat.ext3 : incompat.ext2;
  if (features & ~known || fields.u32(0x64) & ~roCompat.ext3) return "ext4";
  return journal ? "ext3" : "ext2";
}

function extState(fields: Fields): NonNullable<Identification["state"]> {
  const state = fields.u16(0x3a);
  if (state & 2) return "errors";
  return state & 1 && !(fields.u32(0x60) & incompat.recover) ? "clean" : "dirty";
}

function checksumFits(fields: Fields): boolean {
  if (!(fields.u32(0x64) & roCompat.metadataChecksum)) return true;
  return rawCrc("crc32c", fields.slice(0, 1020), 0xffffffff) === fields.u32(1020);
}
