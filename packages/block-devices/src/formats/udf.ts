import { crc16 } from "../checksum.ts";
import { fieldsOf, hexOf, type Fields } from "../fields.ts";
import { magic, type Format } from "../format.ts";
import type { Reader } from "../reader.ts";

const recognitionStart = 0x8000;
const recognitionLimit = 64;
const descriptorLimit = 256;

const recognised = ["BEA01", "BOOT2", "CD001", "CDW02", "NSR02", "NSR03", "TEA01"];
const blockSizes = [512, 1024, 2048, 4096] as const;

/** Kinds of descriptors, by their tags. See ECMA-167, part 3. */
const Tag = { PrimaryVolume: 1, Anchor: 2, LogicalVolume: 6, Terminator: 8 } as const;

/** UDF. The label is the logical volume's, the UUID the beginning of the volume set's identifier. */
export const udf: Format = {
  magics: recognised.map((identifier) => magic(recognitionStart + 1, identifier)),
  async read(reader) {
    for (const blockSize of blockSizes) {
      if (!(await isRecognised(reader, Math.max(2048, blockSize)))) continue;
      const anchor = await descriptor(reader, 256, blockSize);
      if (anchor?.u16(0) !== Tag.Anchor) continue;
      const { label, uuid, version } = await readVolume(reader, anchor, blockSize);
      return {
        type: "udf",
        usage: "filesystem",
        version,
        uuid,
        uuidKind: "udf",
        label,
        blockSize,
      };
    }
    return undefined;
  },
};

/** Whether the volume recognition sequence, of which ISO 9660 may be a part, names UDF. */
async function isRecognised(reader: Reader, step: number): Promise<boolean> {
  for (let index = 0; index < recognitionLimit; index++) {
    const bytes = await reader.at(recognitionStart + index * step, 8);
    const identifier = bytes && fieldsOf(bytes).text(1, 5);
    if (identifier === "NSR02" || identifier === "NSR03") return true;
    if (identifier === undefined || !recognised.includes(identifier)) return false;
  }
  return false;
}

/** The descriptor in a block, if its tag says that it belongs there, and tag and content are whole. */
async function descriptor(
  reader: Reader,
  block: number,
  blockSize: number,
): Promise<Fields | undefined> {
  const bytes = await reader.at(block * blockSize, blockSize);
  if (bytes === undefined) return undefined;
  const fields = fieldsOf(bytes);
  const sum = fields.slice(0, 16).reduce((total, byte) => total + byte, 0) - fields.u8(4);
  const tagFits = fields.u32(12) === block && sum % 256 === fields.u8(4);
  const covered = fields.slice(16, fields.u16(10));
  return tagFits && crc16(covered) === fields.u16(8) ? fields : undefined;
}

interface Volume {
  readonly label?: string | undefined;
  readonly uuid?: string | undefined;
  readonly version?: string | undefined;
}

/** What the volume's descriptors say; where some are damaged, their copies. */
async function readVolume(reader: Reader, anchor: Fields, blockSize: number): Promise<Volume> {
  const main = await readSequence(reader, anchor, 16, blockSize);
  if ("label" in main && "uuid" in main) return main;
  return { ...(await readSequence(reader, anchor, 24, blockSize)), ...main };
}

/** Goes through the descriptors in the extent that the anchor names at `at`. */
async function readSequence(
  reader: Reader,
  anchor: Fields,
  at: number,
  blockSize: number,
): Promise<Volume> {
  const [length, start] = [anchor.u32(at), anchor.u32(at + 4)];
  const count = Math.min(Math.floor(length / blockSize), descriptorLimit);
  await reader.at(start * blockSize, Math.min(count * blockSize, 64 * 1024));
  let volume: Volume = {};
  for (let index = 0; index < count; index++) {
    const fields = await descriptor(reader, start + index, blockSize);
    if (fields === undefined) continue;
    const tag = fields.u16(0);
    if (tag === 0 || tag === Tag.Terminator) break;
    if (tag === Tag.PrimaryVolume) volume = { uuid: volumeSetUuid(fields), ...volume };
    if (tag === Tag.LogicalVolume) {
      volume = { label: dstring(fields.slice(84, 128)), version: revision(fields), ...volume };
    }
  }
  return volume;
}

/** The revision of UDF that the domain identifier carries, in binary-coded decimals: 0x0201 is 2.01. */
function revision(logicalVolume: Fields): string | undefined {
  if (logicalVolume.text(217, 23) !== "*OSTA UDF Compliant") return undefined;
  const digits = logicalVolume.u16(240);
  return `${digits >> 8}.${(digits & 0xff).toString(16).padStart(2, "0")}`;
}

/**
 * 16 hexadecimal digits: the first characters of the volume set's identifier, when they are such digits.
 * Of others the bytes in hexadecimal stand for them, as blkid(8) has it.
 */
function volumeSetUuid(primaryVolume: Fields): string | undefined {
  const identifier = dstring(primaryVolume.slice(72, 128)) ?? "";
  const bytes = new TextEncoder().encode(identifier).subarray(0, 16);
  if (bytes.length < 8) return undefined;
  const text = String.fromCharCode(...bytes);
  if (/^[0-9a-f]{16}$/i.test(text)) return text.toLowerCase();
  if (!/^[0-9a-f]{8}/i.test(text)) return hexOf(bytes.subarray(0, 8));
  return text.slice(0, 8).toLowerCase() + hexOf(bytes.subarray(8, 12)).padEnd(8, "0");
}

/** Text of OSTA's character set: a compression code, then 8 or 16 bits a character; the last byte is the length. */
function dstring(bytes: Uint8Array): string | undefined {
  const length = Math.min(bytes.at(-1) ?? 0, bytes.length - 1);
  const characters = bytes.subarray(1, Math.max(length, 1));
  if (bytes[0] !== 8 && bytes[0] !== 16) return undefined;
  const text =
    bytes[0] === 8
      ? Array.from(characters, (code) => String.fromCharCode(code)).join("")
      : new TextDecoder("utf-16be").decode(characters);
  const trimmed = (text.split("\0")[0] ?? "").trimEnd();
  return trimmed === "" ? undefined : trimmed;
}
