import { crc, withZeros } from "./checksum.ts";
import { fieldsOf, type Fields, hexOf } from "./fields.ts";
import type { Partition, PartitionTable } from "./partition-table.ts";
import type { Reader } from "./reader.ts";

/** How many bytes of entries are believed; usual are 16 KiB. */
const entriesLimit = 1024 * 1024;

/** A header whose checksum, and that of its entries, fit. */
interface Gpt {
  readonly sectorSize: number;
  readonly fromBackup: boolean;
  readonly header: Fields;
  readonly entries: Uint8Array;
}

/**
 * Reads the GPT of a disk, or its backup in the last sector when the first is damaged; `undefined`
 * when neither is whole. See the UEFI specification, chapter 5.
 */
export async function readGpt(reader: Reader): Promise<PartitionTable | undefined> {
  const gpt = await findGpt(reader);
  if (gpt === undefined) return undefined;
  const { header, entries, sectorSize, fromBackup } = gpt;
  const entrySize = header.u32(84);
  const partitions: Partition[] = [];
  for (let at = 0; at + entrySize <= entries.length; at += entrySize) {
    const entry = fieldsOf(entries.subarray(at, at + entrySize));
    const partition = partitionOf(entry, at / entrySize + 1, sectorSize);
    if (partition !== undefined) partitions.push(partition);
  }
  const uuid = guid(header.slice(56, 16));
  return {
    type: "gpt",
    ...(uuid === undefined ? {} : { uuid }),
    sectorSize,
    ...(fromBackup ? { fromBackup } : {}),
    partitions,
  };
}

async function findGpt(reader: Reader): Promise<Gpt | undefined> {
  const sectorSizes = reader.sectorSize === undefined ? [512, 4096] : [reader.sectorSize];
  for (const fromBackup of reader.isDisc ? [false] : [false, true]) {
    for (const sectorSize of sectorSizes) {
      const sector = fromBackup ? Math.floor(reader.size / sectorSize) - 1 : 1;
      const gpt = await readCopy(reader, sectorSize, sector);
      if (gpt !== undefined) return { ...gpt, sectorSize, fromBackup };
    }
  }
  return undefined;
}

async function readCopy(
  reader: Reader,
  sectorSize: number,
  sector: number,
): Promise<Pick<Gpt, "header" | "entries"> | undefined> {
  const bytes = await reader.at(sector * sectorSize, 512);
  if (bytes === undefined) return undefined;
  const header = fieldsOf(bytes);
  if (header.text(0, 8) !== "EFI PART" || header.u64(24) !== sector) return undefined;
  const covered = header.slice(0, header.u32(12));
  if (covered.length < 92 || crc("crc32", withZeros(covered, 16, 4)) !== header.u32(16)) {
    return undefined;
  }
  if (!usableSectorsFit(header, Math.floor(reader.size / sectorSize))) return undefined;
  const length = header.u32(80) * header.u32(84);
  if (header.u32(84) < 128 || length > entriesLimit) return undefined;
  const entries = await reader.at(header.u64(72) * sectorSize, length);
  if (entries === undefined || crc("crc32", entries) !== header.u32(88)) return undefined;
  return { header, entries };
}

/** A table that speaks of sectors which the disk does not have is that of a larger one. */
function usableSectorsFit(header: Fields, sectors: number): boolean {
  const [first, last] = [header.u64(40), header.u64(48)];
  return first <= last && last < sectors;
}

function partitionOf(entry: Fields, number: number, sectorSize: number): Partition | undefined {
  const type = guid(entry.slice(0, 16));
  const [first, last] = [entry.u64(32), entry.u64(40)];
  if (type === undefined || last < first) return undefined;
  const uuid = guid(entry.slice(16, 16));
  const label = entry.text(56, 72, "utf-16le");
  const sectorBytes = BigInt(sectorSize);
  return {
    number,
    start: BigInt(first) * sectorBytes,
    size: (BigInt(last) - BigInt(first) + 1n) * sectorBytes,
    type,
    ...(uuid === undefined ? {} : { uuid }),
    ...(label === undefined ? {} : { label }),
    attributes: new DataView(entry.bytes.buffer, entry.bytes.byteOffset).getBigUint64(48, true),
  };
}

/** A GUID in text: its first three groups are little endian. All zeros are none. */
function guid(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 16 || bytes.every((byte) => byte === 0)) return undefined;
  const group = (from: number, to: number): string => hexOf(bytes.subarray(from, to));
  const reversed = (from: number, to: number): string =>
    hexOf(bytes.subarray(from, to).toReversed());
  return [reversed(0, 4), reversed(4, 6), reversed(6, 8), group(8, 10), group(10, 16)].join("-");
}
