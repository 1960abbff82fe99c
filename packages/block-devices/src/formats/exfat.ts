import { decodeText, fieldsOf, type Fields } from "../fields.ts";
import { magic, wrongChecksum, type Format } from "../format.ts";
import type { Reader } from "../reader.ts";
import { formatSerial } from "./fat.ts";

/** How much of the root directory is searched for the label, and in pieces of what size. */
const directoryLimit = 256 * 1024;
const pieceSize = 4096;

const endOfDirectory = 0x00;
const labelEntry = 0x83;
const firstCluster = 2;

/** exFAT. See the exFAT file system specification, section 3.1. */
export const exfat: Format = {
  magics: [magic(3, "EXFAT   ")],
  async read(reader) {
    const bytes = await reader.at(0, 512);
    if (bytes === undefined) return undefined;
    const boot = fieldsOf(bytes);
    if (!bootSectorFits(boot)) return { rejected: "exfat", why: "its boot sector is impossible" };
    const sectorSize = 2 ** boot.u8(108);
    if (!(await checksumFits(reader, sectorSize))) return wrongChecksum("exfat");
    return {
      type: "exfat",
      usage: "filesystem",
      version: `${boot.u8(105)}.${boot.u8(104)}`,
      uuid: formatSerial(boot.u32(100)),
      uuidKind: "exfat",
      label: await labelInRoot(reader, boot),
      blockSize: sectorSize,
      state: boot.u16(106) & 2 ? "dirty" : "clean",
    };
  },
};

function bootSectorFits(boot: Fields): boolean {
  const [sectorShift, clusterShift, fats] = [boot.u8(108), boot.u8(109), boot.u8(110)];
  const fatEnd = boot.u32(80) + boot.u32(84) * fats;
  return (
    boot.u16(510) === 0xaa55 &&
    boot.slice(11, 53).every((byte) => byte === 0) &&
    sectorShift >= 9 &&
    sectorShift <= 12 &&
    clusterShift <= 25 - sectorShift &&
    (fats === 1 || fats === 2) &&
    boot.u32(80) >= 24 &&
    boot.u32(88) >= fatEnd &&
    boot.u32(96) >= firstCluster &&
    boot.u32(96) <= boot.u32(92) + 1
  );
}

/** The sum of eleven sectors fills the twelfth; flags and the share in use may change without it. */
async function checksumFits(reader: Reader, sectorSize: number): Promise<boolean> {
  const sectors = await reader.at(0, 12 * sectorSize);
  if (sectors === undefined) return false;
  let sum = 0;
  for (const [index, byte] of sectors.subarray(0, 11 * sectorSize).entries()) {
    if (index === 106 || index === 107 || index === 112) continue;
    sum = (((sum << 31) | (sum >>> 1)) + byte) >>> 0;
  }
  const expected = fieldsOf(sectors.subarray(11 * sectorSize));
  for (let at = 0; at < sectorSize; at += 4) if (expected.u32(at) !== sum) return false;
  return true;
}

async function labelInRoot(reader: Reader, boot: Fields): Promise<string | undefined> {
  for await (const entries of rootDirectory(reader, boot)) {
    for (let at = 0; at + 32 <= entries.length; at += 32) {
      if (entries[at] === endOfDirectory) return undefined;
      if (entries[at] === labelEntry) return decodeLabel(fieldsOf(entries.subarray(at, at + 32)));
    }
  }
  return undefined;
}

/** The beginning of the root directory, piece by piece along its chain of clusters. */
async function* rootDirectory(reader: Reader, boot: Fields): AsyncGenerator<Uint8Array> {
  const sectorSize = 2 ** boot.u8(108);
  const clusterSize = sectorSize * 2 ** boot.u8(109);
  let left = directoryLimit;
  let cluster = boot.u32(96);
  while (cluster >= firstCluster && left > 0) {
    const start = boot.u32(88) * sectorSize + (cluster - firstCluster) * clusterSize;
    for (let at = 0; at < clusterSize && left > 0; at += pieceSize) {
      const piece = await reader.at(start + at, Math.min(pieceSize, clusterSize - at));
      if (piece === undefined) return;
      yield piece;
      left -= piece.length;
    }
    const next = await reader.at(boot.u32(80) * sectorSize + cluster * 4, 4);
    if (next === undefined) return;
    cluster = fieldsOf(next).u32(0);
  }
}

function decodeLabel(entry: Fields): string | undefined {
  return decodeText(entry.slice(2, Math.min(entry.u8(1), 11) * 2), "utf-16le");
}
