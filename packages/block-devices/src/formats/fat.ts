import { decodeText, fieldsOf, type Fields } from "../fields.ts";
import { magic, type Format } from "../format.ts";
import type { Reader } from "../reader.ts";

/** How much of a root directory is searched for the label, and in pieces of what size. */
const directoryLimit = 256 * 1024;
const pieceSize = 16 * 1024;

const volumeLabel = 0x08;
const directory = 0x10;
const longName = 0x0f;

/** The geometry of a FAT file system; offsets and lengths in bytes. */
interface Layout {
  readonly version: "FAT12" | "FAT16" | "FAT32";
  readonly sectorSize: number;
  readonly clusterSize: number;
  readonly fatStart: number;
  readonly rootStart: number;
  readonly rootLength: number;
  readonly dataStart: number;
  readonly rootCluster: number;
}

/** FAT12, FAT16 and FAT32. The label is the volume entry of the root directory, as blkid(8) has it. */
export const fat: Format = {
  magics: [
    magic(0x52, "MSWIN"),
    magic(0x52, "FAT32   "),
    magic(0x36, "MSDOS"),
    magic(0x36, "FAT16   "),
    magic(0x36, "FAT12   "),
    magic(0x36, "FAT     "),
    magic(0x1fe, [0x55, 0xaa]),
  ],
  async read(reader, place) {
    const bytes = await reader.at(0, 512);
    if (bytes === undefined) return undefined;
    const boot = fieldsOf(bytes);
    const layout = fatLayout(boot);
    if (layout === undefined || (place === 0x1fe && looksForeign(boot))) return undefined;
    const is32 = layout.version === "FAT32";
    return {
      type: "vfat",
      usage: "filesystem",
      version: layout.version,
      uuid: formatSerial(boot.u32(is32 ? 0x43 : 0x27)),
      uuidKind: "fat",
      label: await labelInRoot(reader, layout),
      blockSize: layout.sectorSize,
      state: boot.u8(is32 ? 0x41 : 0x25) & 1 ? "dirty" : "clean",
    };
  },
};

/** A volume serial as FAT and exFAT show it: `1234-ABCD`; `undefined` for none. */
export function formatSerial(serial: number): string | undefined {
  if (serial === 0) return undefined;
  const digits = serial.toString(16).toUpperCase().padStart(8, "0");
  return `${digits.slice(0, 4)}-${digits.slice(4)}`;
}

/** Whether a boot sector is FAT's rather than an MBR; both end in the same signature. */
export function looksLikeFat(boot: Fields): boolean {
  return fatLayout(boot) !== undefined && !looksForeign(boot);
}

/** A boot sector without FAT's own words that belongs to something else. */
function looksForeign(boot: Fields): boolean {
  const system = boot.text(0x36, 8);
  return system === "JFS" || system === "HPFS" || boot.text(3, 8)?.startsWith("-FVE-FS-") === true;
}

/** The layout, when all fields make sense together; the signature of an MBR is the same. */
function fatLayout(boot: Fields): Layout | undefined {
  const sectorSize = boot.u16(0x0b);
  const sectorsPerCluster = boot.u8(0x0d);
  const [reserved, copies, media] = [boot.u16(0x0e), boot.u8(0x10), boot.u8(0x15)];
  if (![512, 1024, 2048, 4096].includes(sectorSize)) return undefined;
  if (!isPowerOfTwo(sectorsPerCluster) || reserved === 0 || copies === 0) return undefined;
  if (media < 0xf8 && media !== 0xf0) return undefined;

  const shortLength = boot.u16(0x16);
  const fatSectors = shortLength || boot.u32(0x24);
  const rootLength = boot.u16(0x11) * 32;
  const dataSector = reserved + copies * fatSectors + Math.ceil(rootLength / sectorSize);
  const sectors = boot.u16(0x13) || boot.u32(0x20);
  const clusters = Math.floor((sectors - dataSector) / sectorsPerCluster);
  if (fatSectors === 0 || clusters < 0 || clusters > 0x0ffffff6) return undefined;
  if (shortLength !== 0 && clusters > 0xfff4) return undefined;
  return {
    version: shortLength === 0 ? "FAT32" : clusters > 0xff4 ? "FAT16" : "FAT12",
    sectorSize,
    clusterSize: sectorsPerCluster * sectorSize,
    fatStart: reserved * sectorSize,
    rootStart: (reserved + copies * fatSectors) * sectorSize,
    rootLength,
    dataStart: dataSector * sectorSize,
    rootCluster: boot.u32(0x2c),
  };
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}

async function labelInRoot(reader: Reader, layout: Layout): Promise<string | undefined> {
  for await (const entries of rootDirectory(reader, layout)) {
    for (let at = 0; at + 32 <= entries.length; at += 32) {
      if (entries[at] === 0) return undefined;
      if (isVolumeEntry(entries, at)) return decodeLabel(entries.subarray(at, at + 11));
    }
  }
  return undefined;
}

/** The beginning of the root directory, piece by piece. */
async function* rootDirectory(reader: Reader, layout: Layout): AsyncGenerator<Uint8Array> {
  let left = directoryLimit;
  for await (const [start, length] of rootExtents(reader, layout)) {
    for (let at = 0; at < length && left > 0; at += pieceSize) {
      const piece = await reader.at(start + at, Math.min(pieceSize, length - at));
      if (piece === undefined) return;
      yield piece;
      left -= piece.length;
    }
    if (left <= 0) return;
  }
}

/** Where the root directory is: in one place, or in FAT32 in a chain of clusters. */
async function* rootExtents(
  reader: Reader,
  layout: Layout,
): AsyncGenerator<readonly [start: number, length: number]> {
  const { version, rootStart, rootLength, dataStart, clusterSize, fatStart } = layout;
  if (version !== "FAT32") yield [rootStart, rootLength];
  let cluster = version === "FAT32" ? layout.rootCluster : 0;
  while (cluster >= 2 && cluster < 0x0ffffff7) {
    yield [dataStart + (cluster - 2) * clusterSize, clusterSize];
    const next = await reader.at(fatStart + cluster * 4, 4);
    if (next === undefined) return;
    cluster = fieldsOf(next).u32(0) & 0x0fffffff;
  }
}

/** Neither free, nor part of a long name, nor the beginning of a file. */
function isVolumeEntry(entries: Uint8Array, at: number): boolean {
  const attributes = entries[at + 11] ?? 0;
  const cluster = [20, 21, 26, 27].map((offset) => entries[at + offset]);
  return (
    entries[at] !== 0xe5 &&
    (attributes & 0x3f) !== longName &&
    (attributes & (volumeLabel | directory)) === volumeLabel &&
    cluster.every((byte) => byte === 0)
  );
}

/** In a directory 0x05 stands for a first byte 0xe5, which would mean a free entry. */
function decodeLabel(name: Uint8Array): string | undefined {
  const bytes = name[0] === 0x05 ? Uint8Array.of(0xe5, ...name.subarray(1)) : name;
  const label = decodeText(bytes);
  return label === "NO NAME" ? undefined : label;
}
