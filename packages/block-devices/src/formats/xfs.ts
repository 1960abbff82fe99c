import { rawCrc, withZeros } from "../checksum.ts";
import { fieldsOf, type Fields } from "../fields.ts";
import { magic, wrongChecksum, type Format } from "../format.ts";

/** XFS. Its numbers are big endian, its checksum is not. */
export const xfs: Format = {
  magics: [magic(0, "XFSB")],
  async read(reader) {
    const start = await reader.at(0, 512);
    if (start === undefined) return undefined;
    const fields = fieldsOf(start, "big");
    if (!geometryFits(fields)) return { rejected: "xfs", why: "its geometry is impossible" };
    const sector = await reader.at(0, fields.u16(102));
    if (sector === undefined) return undefined;
    if ((fields.u16(100) & 0xf) === 5 && !checksumFits(sector)) return wrongChecksum("xfs");
    return {
      type: "xfs",
      usage: "filesystem",
      uuid: fields.uuid(32),
      uuidKind: "dce",
      label: fields.text(108, 12),
      blockSize: fields.u16(102),
    };
  },
};

/** Sizes are powers of two that agree with their logarithms; there are blocks and groups. */
function geometryFits(fields: Fields): boolean {
  const blockSize = fields.u32(4);
  const sectorSize = fields.u16(102);
  return (
    isPower(blockSize, fields.u8(120), 512, 65536) &&
    isPower(sectorSize, fields.u8(121), 512, 32768) &&
    isPower(fields.u16(104), fields.u8(122), 256, 2048) &&
    fields.u64(8) > 0 &&
    fields.u32(84) > 0 &&
    fields.u32(88) > 0
  );
}

function isPower(size: number, log: number, least: number, most: number): boolean {
  return size >= least && size <= most && size === 2 ** log;
}

function checksumFits(sector: Uint8Array): boolean {
  const sum = ~rawCrc("crc32c", withZeros(sector, 224, 4), 0xffffffff) >>> 0;
  return fieldsOf(sector).u32(224) === sum;
}
