import { decodeText, fieldsOf, type Fields } from "../fields.ts";
import { magic, type Format } from "../format.ts";
import type { Reader } from "../reader.ts";

/** The record of the master file table that describes the volume. */
const volumeRecord = 3;
const volumeName = 0x60;
const volumeInformation = 0x70;
const dirty = 1;

/** NTFS: the serial number is in the boot sector, the label in the master file table. */
export const ntfs: Format = {
  magics: [magic(3, "NTFS    ")],
  async read(reader) {
    const bytes = await reader.at(0, 512);
    if (bytes === undefined) return undefined;
    const boot = fieldsOf(bytes);
    const layout = ntfsLayout(boot);
    if (layout === undefined) return { rejected: "ntfs", why: "its boot sector is impossible" };
    const record = await volumeRecordOf(reader, layout);
    if (record === undefined) {
      return { rejected: "ntfs", why: "its master file table is not where it should be" };
    }
    const information = attribute(record, volumeInformation);
    const serial = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0x48, true);
    return {
      type: "ntfs",
      usage: "filesystem",
      version: information && `${information.u8(8)}.${information.u8(9)}`,
      uuid: serial === 0n ? undefined : serial.toString(16).toUpperCase().padStart(16, "0"),
      uuidKind: "ntfs",
      label: decodeText(attribute(record, volumeName)?.bytes ?? new Uint8Array(), "utf-16le"),
      blockSize: layout.sectorSize,
      state: information && (information.u16(10) & dirty ? "dirty" : "clean"),
    };
  },
};

interface Layout {
  readonly sectorSize: number;
  readonly recordSize: number;
  readonly tableStart: number;
}

/** What the fields of the boot sector tell together; all that FAT has and NTFS has not must be zero. */
function ntfsLayout(boot: Fields): Layout | undefined {
  const sectorSize = boot.u16(0x0b);
  const sectorsPerCluster = countOf(boot.u8(0x0d), 128);
  const unused = [0x0e, 0x11, 0x13, 0x16, 0x20, 0x22].map((at) => boot.u16(at));
  if (![256, 512, 1024, 2048, 4096].includes(sectorSize)) return undefined;
  if (sectorsPerCluster === undefined || boot.u8(0x10) !== 0) return undefined;
  if (unused.some((value) => value !== 0)) return undefined;
  const clusterSize = sectorSize * sectorsPerCluster;
  const record = boot.u8(0x40);
  const clustersPerRecord = countOf(record, 64);
  const recordSize = record >= 0xe1 ? 2 ** (256 - record) : clusterSize * (clustersPerRecord ?? 0);
  if (clusterSize > 2 ** 21 || recordSize < 512 || recordSize > 65536) return undefined;
  return { sectorSize, recordSize, tableStart: boot.u64(0x30) * clusterSize };
}

/** A power of two, or, beyond the largest that fits, minus its logarithm. */
function countOf(byte: number, most: number): number | undefined {
  if (byte >= 240) return 2 ** (256 - byte);
  return byte > 0 && byte <= most && (byte & (byte - 1)) === 0 ? byte : undefined;
}

async function volumeRecordOf(
  reader: Reader,
  { recordSize, tableStart }: Layout,
): Promise<Fields | undefined> {
  const bytes = await reader.at(tableStart + volumeRecord * recordSize, recordSize);
  const record = fieldsOf(bytes ?? new Uint8Array());
  return record.text(0, 4) === "FILE" ? record : undefined;
}

/** The value of a record's attribute. */
function attribute(record: Fields, type: number): Fields | undefined {
  let at = record.u16(20);
  while (record.u32(at + 4) >= 24) {
    const found = record.u32(at);
    if (found === type) {
      return fieldsOf(record.slice(at + record.u16(at + 20), record.u32(at + 16)));
    }
    if (found > type) return undefined;
    at += record.u32(at + 4);
  }
  return undefined;
}
