import { rawCrc, withZeros } from "../checksum.ts";
import { fieldsOf, type Fields } from "../fields.ts";
import { magic, wrongChecksum, type Format } from "../format.ts";
import type { Reader } from "../reader.ts";

const primary = 0x400;
const magicBytes = [0x34, 0x34] as const;
const validState = 1;
const errorState = 2;

/** The second superblock is in the eighth sector from the end. */
const secondary = (size: number): number => (Math.floor(size / 512) - 8) * 512;

/** NILFS2, by the newer of its two superblocks that is whole. */
export const nilfs2: Format = {
  magics: [magic(primary + 6, magicBytes), magic((size) => secondary(size) + 6, magicBytes)],
  async read(reader) {
    const copies = [
      await readCopy(reader, primary),
      await readCopy(reader, secondary(reader.size)),
    ];
    const [first, second] = copies;
    const newer = (second?.u64(56) ?? -1) > (first?.u64(56) ?? -1) ? second : first;
    if (newer === undefined) return wrongChecksum("nilfs2");
    const state = newer.u16(116);
    return {
      type: "nilfs2",
      usage: "filesystem",
      version: String(newer.u32(0)),
      uuid: newer.uuid(0x98),
      uuidKind: "dce",
      label: newer.text(0xa8, 80),
      blockSize: 2 ** (Math.min(newer.u32(20), 6) + 10),
      state: state & errorState ? "errors" : state & validState ? "clean" : "dirty",
    };
  },
};

/** A superblock whose checksum fits. */
async function readCopy(reader: Reader, place: number): Promise<Fields | undefined> {
  const bytes = await reader.at(place, 1024);
  if (bytes === undefined) return undefined;
  const fields = fieldsOf(bytes);
  const covered = fields.slice(0, fields.u16(8));
  const sum = rawCrc("crc32", withZeros(covered, 16, 4), fields.u32(12));
  return fields.u16(6) === 0x3434 && sum === fields.u32(16) ? fields : undefined;
}
