import { isCoveredByPartition } from "../covered-by-partition.ts";
import { decodeText, fieldsOf, type Fields } from "../fields.ts";
import { magic, type Format, type Verdict } from "../format.ts";
import type { Reader } from "../reader.ts";

/** A label is 256 KiB; its description of the pool begins after 16 KiB. */
const labelSize = 256 * 1024;
const descriptionOffset = 16 * 1024;
const leastSize = 64 * 1024 * 1024;

/** Kinds of values in the description. */
const integer = 8;
const string = 9;

/** Members of a ZFS pool, by the first of their four labels. */
export const zfs: Format = {
  magics: [
    magic(descriptionOffset, [1, 1, 0, 0, 0, 0, 0, 0]),
    magic(descriptionOffset, [1, 0, 0, 0, 0, 0, 0, 0]),
  ],
  read: async (reader, place) => await readLabel(reader, place),
};

/** Members of a ZFS pool whose first label has been overwritten. */
export const zfsOtherLabels: Format = {
  magics: [],
  async read(reader) {
    const end = reader.size - (reader.size % labelSize);
    for (const label of [labelSize, end - 2 * labelSize, end - labelSize]) {
      const verdict = await readLabel(reader, label + descriptionOffset);
      if (verdict !== undefined && !(await isCoveredByPartition(reader, label))) return verdict;
    }
    return undefined;
  },
};

async function readLabel(reader: Reader, place: number): Promise<Verdict> {
  const bytes = reader.size < leastSize ? undefined : await reader.at(place, 4096);
  if (bytes === undefined || bytes[0] !== 1) return undefined;
  const pool = readPairs(fieldsOf(bytes, "big"));
  const guid = pool.get("pool_guid");
  if (guid === undefined) return undefined;
  return {
    type: "zfs_member",
    usage: "filesystem",
    version: pool.get("version"),
    uuid: guid,
    uuidKind: "zfs",
    subUuid: pool.get("guid"),
    label: pool.get("name"),
    member: { name: pool.get("name") },
  };
}

/** The numbers and texts of a list of names and values in XDR; nested lists are passed over. */
function readPairs(list: Fields): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (let at = 12; list.u32(at) >= 24; at += list.u32(at)) {
    const nameLength = list.u32(at + 8);
    const name = list.text(at + 12, nameLength) ?? "";
    const value = valueAt(list, at + 12 + Math.ceil(nameLength / 4) * 4);
    if (value !== undefined) pairs.set(name, value);
  }
  return pairs;
}

function valueAt(list: Fields, at: number): string | undefined {
  const type = list.u32(at);
  if (type === string) return decodeText(list.slice(at + 12, list.u32(at + 8)));
  const bytes = list.slice(at + 8, 8);
  if (type !== integer || bytes.length !== 8) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0).toString();
}
