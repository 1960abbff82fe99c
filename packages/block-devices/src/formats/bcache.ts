import { crc64, crc } from "../checksum.ts";
import { fieldsOf, type Fields } from "../fields.ts";
import { magic, wrongChecksum, type Format } from "../format.ts";

const superblock = 4096;
const superblockSector = superblock / 512;

const oldMagic = "c68573f64e1a45ca8265f57f48ba6d81";
const newMagic = "c68573f666ce90a9d96a60cf803df7ef";

const atMagic = (hex: string): Format["magics"][number] =>
  magic(
    superblock + 24,
    Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
  );

/** bcache: caches and what they cache. The first bcachefs took over its magic number. */
export const bcache: Format = {
  magics: [atMagic(oldMagic)],
  async read(reader) {
    const bytes = await reader.at(superblock, 4096);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes);
    if (fields.u64(8) !== superblockSector) return undefined;
    const covered = fields.slice(8, 200 + fields.u16(206) * 8);
    const sum = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
    if (crc64(covered) !== sum) return wrongChecksum("bcache");
    return { type: "bcache", usage: "other", uuid: fields.uuid(40), uuidKind: "dce" };
  },
};

/** Where the fields of variable length begin, and which of them have the members' UUIDs. */
const fieldsStart = 752;
const membersOld = 1;
const membersNew = 11;
const oldMemberSize = 56;
const crc32cKinds = [1, 5];

/** bcachefs, under its old magic number and its own. */
export const bcachefs: Format = {
  magics: [atMagic(newMagic), atMagic(oldMagic)],
  async read(reader) {
    const head = await reader.at(superblock, fieldsStart);
    if (head === undefined) return undefined;
    const length = fieldsStart + fieldsOf(head).u32(124) * 8;
    const bytes = await reader.at(superblock, length);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes);
    const [member, members] = [fields.u8(122), fields.u8(123)];
    if (fields.u64(104) !== superblockSector || member >= members) return undefined;
    if (!checksumFits(fields)) return wrongChecksum("bcachefs");
    const uuids = memberUuids(fields, members);
    return {
      type: "bcachefs",
      usage: "filesystem",
      version: String(fields.u16(16)),
      uuid: fields.uuid(56),
      uuidKind: "dce",
      subUuid: uuids[member],
      label: fields.text(72, 32),
      blockSize: fields.u16(120) * 512,
      member: { devices: uuids.filter((uuid) => uuid !== undefined).length || 1 },
    };
  },
};

/** Of the several kinds of checksum, the usual one is verified. */
function checksumFits(fields: Fields): boolean {
  const kind = (fields.u32(144) >>> 2) & 0x3f;
  const seedIsZero = kind === 5;
  if (!crc32cKinds.includes(kind) || seedIsZero) return true;
  return crc("crc32c", fields.bytes.subarray(16)) === fields.u32(0);
}

/** The UUIDs of all members, in whichever of two lists there is; none of one that was removed. */
function memberUuids(fields: Fields, members: number): readonly (string | undefined)[] {
  for (let at = fieldsStart; fields.u32(at) >= 2; at += fields.u32(at) * 8) {
    const type = fields.u32(at + 4);
    const [start, step] =
      type === membersNew ? [at + 16, fields.u16(at + 8)] : [at + 8, oldMemberSize];
    if (type !== membersOld && type !== membersNew) continue;
    return Array.from({ length: members }, (_, index) => fields.uuid(start + index * step));
  }
  return [];
}
