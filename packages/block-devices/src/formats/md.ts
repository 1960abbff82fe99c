import { isCoveredByPartition } from "../covered-by-partition.ts";
import { fieldsOf, groupUuidDigits, type Fields } from "../fields.ts";
import { magic, wrongChecksum, type Format, type Verdict } from "../format.ts";

const type = "linux_raid_member";
const littleMagic = [0xfc, 0x4e, 0x2b, 0xa9] as const;
const bigMagic = littleMagic.toReversed();

/** Versions 1.x differ only in where the superblock is. */
const version10Place = (size: number): number => roundDown(size, 4096) - 8192;

/** Where the superblock of version 0.90 is. */
export function version090Place(size: number): number {
  return roundDown(size, 65536) - 65536;
}

/** Members of Linux software RAID, versions 1.0, 1.1 and 1.2. See md(4). */
export const md: Format = {
  magics: [magic(4096, littleMagic), magic(0, littleMagic), magic(version10Place, littleMagic)],
  async read(reader, place) {
    const head = await reader.at(place, 256);
    if (head === undefined) return undefined;
    const fields = fieldsOf(head);
    if (fields.u32(4) !== 1) return undefined;
    if (fields.u64(144) * 512 !== place) {
      return { rejected: type, why: "its superblock belongs to another place" };
    }
    const whole = await reader.at(place, 256 + 2 * Math.min(fields.u32(220), 1920));
    if (whole === undefined) return undefined;
    if (sumOfWords(fieldsOf(whole), 216) !== fields.u32(216)) return wrongChecksum(type);
    return version1Member(fields, place);
  },
};

function version1Member(fields: Fields, place: number): Verdict {
  const minor = place === 0 ? 1 : place === 4096 ? 2 : 0;
  const name = fields.text(32, 32);
  return {
    type,
    usage: "raid",
    version: `1.${minor}`,
    uuid: fields.uuid(16),
    uuidKind: "dce",
    subUuid: fields.uuid(168),
    label: name,
    member: {
      devices: fields.u32(92),
      level: fields.i32(72),
      ...(name === undefined ? {} : { name }),
    },
  };
}

/** The sum of all words but the one at `place`, which holds it, its overflow added again. */
function sumOfWords(fields: Fields, place: number): number {
  const { length } = fields.bytes;
  let sum = -fields.u32(place);
  for (let at = 0; at + 4 <= length; at += 4) sum += fields.u32(at);
  if (length % 4 === 2) sum += fields.u16(length - 2);
  return ((sum % 2 ** 32) + Math.floor(sum / 2 ** 32)) >>> 0;
}

/** Members of version 0.90, whose superblock is in the byte order of the machine that made it. */
export const md090: Format = {
  magics: [magic(version090Place, littleMagic), magic(version090Place, bigMagic)],
  async read(reader, place) {
    const bytes = await reader.at(place, 4096);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes, bytes[0] === littleMagic[0] ? "little" : "big");
    if (fields.u32(4) !== 0 || (await isCoveredByPartition(reader, place))) return undefined;
    if (sumOfWords(fields, 0x98) !== fields.u32(0x98)) return wrongChecksum(type);
    const words = [0x14, 0x34, 0x38, 0x3c].map((at) =>
      fields.u32(at).toString(16).padStart(8, "0"),
    );
    return {
      type,
      usage: "raid",
      version: `${fields.u32(4)}.${fields.u32(8)}.${fields.u32(12)}`,
      uuid: groupUuidDigits(words.join("")),
      uuidKind: "dce",
      member: { devices: fields.u32(40), level: fields.i32(28) },
    };
  },
};

function roundDown(value: number, unit: number): number {
  return value - (value % unit);
}
