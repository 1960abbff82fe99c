import type { ReadRange } from "./file-bytes.ts";
import { ImageError } from "./image-error.ts";

/** One file in a package of ICU's data: `icudt78l/coll/root.res`. */
export interface IcuItem {
  readonly name: string;
  readonly content: () => Buffer;
}

/** A package of ICU's data. */
export interface IcuData {
  /** What stands before the table of contents. */
  readonly header: Buffer;
  /** Sorted by name, as ICU looks them up. */
  readonly items: readonly IcuItem[];
}

/**
 * Reads the table of contents of ICU's data as programs hold them: a header of the format `CmnD`, then pairs of
 * offsets of a name and of what it names, both sorted; see `icu4c/source/common/ucmndata.h`.
 *
 * @throws ImageError `bad-icu`: another format, or not as that format is.
 */
export function readIcuData(read: ReadRange, size: number): IcuData {
  const headerSize = read(0, 2).readUInt16LE();
  const header = read(0, Math.max(headerSize, headerUsed));
  checkIcuHeader(header, "CmnD", [1]);
  const count = read(headerSize, 4).readUInt32LE();
  checkCount(count);
  const table = read(headerSize, 4 + count * 8);
  const places = Array.from({ length: count }, (_, index) => ({
    nameAt: table.readUInt32LE(4 + index * 8),
    start: table.readUInt32LE(8 + index * 8),
  }));
  const front = read(headerSize, places[0]?.start ?? 0);
  let before = "";
  const items = places.map(({ nameAt, start }, index) => {
    const end = places[index + 1]?.start ?? size - headerSize;
    const name = front.toString("latin1", nameAt, front.indexOf(0, nameAt));
    const isInOrder = name > before && start <= end && start % itemAlignment === 0;
    if (!isInOrder) throw badIcu(`item ${index} of its table is not in order`);
    before = name;
    return { name, content: () => read(headerSize + start, end - start) };
  });
  return { header, items };
}

/** Writes a package that {@link readIcuData} reads; the items must be sorted. */
export function writeIcuData({ header, items }: IcuData): Buffer {
  const names = items.map(({ name }) => `${name}\0`);
  const contents = items.map(({ content }) => padded(content()));
  const table = Buffer.alloc(4 + items.length * 8);
  const front = padded(Buffer.concat([table, Buffer.from(names.join(""), "latin1")]));
  front.writeUInt32LE(items.length, 0);
  let [nameAt, start] = [table.length, front.length];
  for (const [index, content] of contents.entries()) {
    front.writeUInt32LE(nameAt, 4 + index * 8);
    front.writeUInt32LE(start, 8 + index * 8);
    nameAt += names[index]?.length ?? 0;
    start += content.length;
  }
  return Buffer.concat([header, front, ...contents]);
}

/**
 * How many bytes a package has whose size nobody tells, when its last item is a resource bundle: those tell where they
 * end, in the fourth of the numbers behind their first one; see `icu4c/source/common/uresdata.h`.
 *
 * @throws ImageError `bad-icu`: another format, or another item at its end.
 */
export function icuDataSize(read: ReadRange): number {
  const headerSize = read(0, 2).readUInt16LE();
  const count = read(headerSize, 4).readUInt32LE();
  checkCount(count);
  const start = headerSize + read(headerSize + count * 8, 4).readUInt32LE();
  const bundle = read(start, headerUsed);
  checkIcuHeader(bundle, "ResB", [2, 3]);
  const words = start + bundle.readUInt16LE(0);
  return words + read(words, 20).readUInt32LE(16) * 4;
}

/**
 * Checks the header that all of ICU's data have, for machines with little-endian numbers and ASCII; see
 * `icu4c/source/common/ucmndata.h` and `udata.h`.
 *
 * @throws ImageError `bad-icu`
 */
export function checkIcuHeader(bytes: Buffer, format: string, versions: readonly number[]): void {
  const found = bytes.toString("latin1", 12, 16);
  const version = bytes.readUInt8(16);
  const isCommon = bytes.readUInt16BE(2) === 0xda27 && bytes.readUInt16LE(8) === 0;
  if (isCommon && found === format && versions.includes(version)) return;
  throw badIcu(`its format is ${JSON.stringify(found)} ${version}, not ${format} ${versions[0]}`);
}

/** An error about data of ICU that are not as expected. */
export function badIcu(what: string): ImageError {
  return new ImageError("bad-icu", `the data of ICU are not as expected: ${what}`);
}

function checkCount(count: number): void {
  if (count === 0 || count > mostItems) throw badIcu(`it has ${count} items`);
}

function padded(bytes: Buffer): Buffer {
  const missing = -bytes.length & (itemAlignment - 1);
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)]);
}

const itemAlignment = 16;

/** Up to the version of the format. */
const headerUsed = 20;

/** ICU 78 has 4305 with all languages. */
const mostItems = 100_000;
