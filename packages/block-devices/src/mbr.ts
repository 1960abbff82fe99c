import { looksLikeFat } from "./formats/fat.ts";
import { fieldsOf, type Fields } from "./fields.ts";
import type { Partition, PartitionTable } from "./partition-table.ts";
import type { Reader } from "./reader.ts";

const protective = 0xee;
const extendedTypes: readonly number[] = [0x05, 0x0f, 0x85];

/** How many links of a chain of logical partitions are followed. */
const chainLimit = 100;

/** A row of an MBR; start and size in sectors. */
interface Entry {
  readonly bootIndicator: number;
  readonly type: number;
  readonly start: number;
  readonly size: number;
}

/**
 * Reads the MBR of a disk; `undefined` when there is none, or the sector is the boot sector of a file
 * system. An MBR with a protective entry is of type `PMBR`, and says nothing about partitions.
 */
export async function readMbr(reader: Reader): Promise<PartitionTable | undefined> {
  const sectorSize = reader.sectorSize ?? 512;
  const bytes = await reader.at(0, 512);
  const entries = bytes === undefined ? undefined : entriesOf(bytes);
  if (bytes === undefined || entries === undefined) return undefined;
  const boot = fieldsOf(bytes);
  if (entries.some(({ type }) => type === protective)) {
    return { type: "PMBR", sectorSize, partitions: [] };
  }
  if (entries.some(({ bootIndicator }) => (bootIndicator & 0x7f) !== 0)) return undefined;
  if (looksLikeFileSystem(boot)) return undefined;
  const id = boot.u32(0x1b8).toString(16).padStart(8, "0");
  const partition = describe(id, sectorSize);
  const primary = entries.flatMap((entry, index) =>
    entry.size === 0 ? [] : [partition(entry, index + 1)],
  );
  const extended = entries.find(({ type, size }) => size > 0 && extendedTypes.includes(type));
  const logical = extended === undefined ? [] : await logicalEntries(reader, extended, sectorSize);
  return {
    type: "dos",
    ...(id === "00000000" ? {} : { uuid: id }),
    sectorSize,
    partitions: [...primary, ...logical.map((entry, index) => partition(entry, index + 5))],
  };
}

/** The four rows of a sector that ends in an MBR's signature. */
function entriesOf(sector: Uint8Array): readonly Entry[] | undefined {
  const fields = fieldsOf(sector);
  if (fields.u16(0x1fe) !== 0xaa55) return undefined;
  return [0x1be, 0x1ce, 0x1de, 0x1ee].map((at) => ({
    bootIndicator: fields.u8(at),
    type: fields.u8(at + 4),
    start: fields.u32(at + 8),
    size: fields.u32(at + 12),
  }));
}

function describe(id: string, sectorSize: number): (entry: Entry, number: number) => Partition {
  return (entry, number) => ({
    number,
    start: BigInt(entry.start) * BigInt(sectorSize),
    size: BigInt(entry.size) * BigInt(sectorSize),
    type: entry.type.toString(16),
    ...(id === "00000000" ? {} : { uuid: `${id}-${number.toString(16).padStart(2, "0")}` }),
    ...(entry.bootIndicator === 0x80 ? { bootable: true } : {}),
  });
}

/** FAT, exFAT and NTFS end their boot sectors with the same signature. */
function looksLikeFileSystem(boot: Fields): boolean {
  const name = boot.text(3, 8);
  return name === "NTFS" || name === "EXFAT" || looksLikeFat(boot);
}

/**
 * The logical partitions of `extended`: each has a table of its own, whose starts count from that
 * table, and a link to the next table, which counts from the extended partition.
 */
async function logicalEntries(
  reader: Reader,
  extended: Entry,
  sectorSize: number,
): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  let table = extended.start;
  for (let link = 0; link < chainLimit; link++) {
    const bytes = await reader.at(table * sectorSize, 512);
    const entries = bytes === undefined ? undefined : entriesOf(bytes);
    if (entries === undefined) break;
    const here = table;
    const isLink = ({ type }: Entry): boolean => extendedTypes.includes(type);
    const data = entries.filter((entry) => entry.size > 0 && !isLink(entry));
    found.push(...data.map((entry) => ({ ...entry, start: here + entry.start })));
    const next = entries.find((entry) => entry.size > 0 && isLink(entry));
    if (next === undefined) break;
    table = extended.start + next.start;
  }
  return found;
}
