import type { StreamedContent } from "./cpio.ts";
import { elfMachine } from "./elf-machine.ts";
import {
  type DataObject,
  type Replacement,
  noSections,
  segmentSize,
  segmentType,
  withRanges,
  withReplaced,
} from "./elf.ts";
import type { ReadRange } from "./file-bytes.ts";
import { ImageError } from "./image-error.ts";

/**
 * The content of an ELF program with `content` in place of the beginning of an object of read-only data, zeros behind
 * it, and without the pages that hold nothing else, nor symbols and section headers. Every address stays what it
 * is: the segment with the object becomes two, and what follows in the file moves forward. The header of the notes,
 * which nobody needs in order to run a program, gives way to that of the new segment. `others` are further
 * changes, at their places in `file`.
 *
 * @throws ImageError `bad-elf`: a program that is laid out otherwise than this can be done with.
 */
export function cutElf(
  file: string,
  object: DataObject,
  content: Buffer,
  others: readonly Replacement[] = [],
): StreamedContent {
  const { tableOffset, headers, page } = withRanges(file, readLayout);
  const from = aligned(object.offset + content.length, page);
  const to = aligned(object.offset + object.size - page + 1, page);
  const cut = from < to ? withoutRange(headers, { from, to }) : headers;
  const parts = cut && movedForward(cut.filter(isLoaded), page);
  const table = parts && cut.map((header) => moved(header, parts, page));
  const isPossible =
    parts?.[0] !== undefined &&
    holds(parts[0], { offset: 0, size: tableOffset + headers.length * segmentSize }) &&
    content.length <= object.size &&
    headers.some((one) => isLoaded(one) && !isWritable(one) && holds(one, object));
  if (!isPossible || !isWhole(table)) {
    throw new ImageError(
      "bad-elf",
      `${file} is not laid out so that data could be taken out of it`,
    );
  }
  const replacements: readonly Replacement[] = [
    ...noSections,
    ...others,
    { offset: tableOffset, bytes: Buffer.concat(table.map(headerBytes)) },
    { offset: object.offset, bytes: Buffer.concat([content], object.size) },
  ];
  return {
    size: parts.reduce((end, part) => Math.max(end, part.to + part.fileSize), 0),
    stream: () => inNewPlaces(file, parts, replacements),
  };
}

/** Elf64_Phdr, without the physical address, which is that in memory. */
interface ProgramHeader {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly alignment: number;
}

/** What is loaded, and where it goes in the new file. */
interface Part extends ProgramHeader {
  readonly to: number;
}

interface Layout {
  readonly tableOffset: number;
  readonly headers: readonly ProgramHeader[];
  /** The largest page that a kernel for the machine may have. */
  readonly page: number;
}

function readLayout(read: ReadRange): Layout {
  const header = read(0, 64);
  const tableOffset = Number(header.readBigUInt64LE(32));
  const count = header.readUInt16LE(56);
  const table = read(tableOffset, count * segmentSize);
  return {
    tableOffset,
    headers: Array.from({ length: count }, (_, index) => headerAt(table, index * segmentSize)),
    page: header.readUInt16LE(18) === elfMachine.arm64 ? 0x1_0000 : 0x1000,
  };
}

function headerAt(table: Buffer, at: number): ProgramHeader {
  const number = (offset: number): number => Number(table.readBigUInt64LE(at + offset));
  return {
    type: table.readUInt32LE(at),
    flags: table.readUInt32LE(at + 4),
    offset: number(8),
    address: number(16),
    fileSize: number(32),
    memorySize: number(40),
    alignment: number(48),
  };
}

function headerBytes(header: ProgramHeader): Buffer {
  const bytes = Buffer.alloc(segmentSize);
  const { type, flags, offset, address, fileSize, memorySize, alignment } = header;
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(flags, 4);
  for (const [index, value] of [
    offset,
    address,
    address,
    fileSize,
    memorySize,
    alignment,
  ].entries()) {
    bytes.writeBigUInt64LE(BigInt(value), 8 + index * 8);
  }
  return bytes;
}

function isLoaded({ type }: ProgramHeader): boolean {
  return type === segmentType.load;
}

/** PF_W */
function isWritable({ flags }: ProgramHeader): boolean {
  return (flags & 2) !== 0;
}

/** Whether a segment has a whole range of the file. */
function holds({ offset, fileSize }: ProgramHeader, range: DataObject): boolean {
  return range.offset >= offset && range.offset + range.size <= offset + fileSize;
}

/** The program headers without a range within a segment; `undefined` where there is no room for one more. */
function withoutRange(
  headers: readonly ProgramHeader[],
  { from, to }: { readonly from: number; readonly to: number },
): readonly ProgramHeader[] | undefined {
  const notes = headers.find(({ type }) => type === segmentType.note);
  if (notes === undefined) return undefined;
  return headers
    .filter((header) => header !== notes)
    .flatMap((header) => {
      if (!isLoaded(header) || !holds(header, { offset: from, size: to - from })) return [header];
      const { offset, address, fileSize, memorySize } = header;
      const [before, behind] = [from - offset, to - offset];
      return [
        { ...header, fileSize: before, memorySize: before },
        {
          ...header,
          offset: to,
          address: address + behind,
          fileSize: fileSize - behind,
          memorySize: memorySize - behind,
        },
      ];
    });
}

/**
 * Each part as far in front as the one before it lets it: at the first place that is as far from the beginning of a
 * page as its address.
 */
function movedForward(parts: readonly ProgramHeader[], page: number): readonly Part[] | undefined {
  const areInOrder = parts.every(({ offset, address }, index) => {
    const before = parts[index - 1];
    const isBehind = before === undefined || offset >= before.offset + before.fileSize;
    return isBehind && (address - offset) % page === 0;
  });
  if (!areInOrder) return undefined;
  let end = 0;
  return parts.map((part) => {
    const to = end + ((((part.offset - end) % page) + page) % page);
    end = to + part.fileSize;
    return { ...part, to };
  });
}

/** A header with the place that its content has in the new file; `undefined` where that has none. */
function moved(
  header: ProgramHeader,
  parts: readonly Part[],
  page: number,
): ProgramHeader | undefined {
  if (header.fileSize === 0 && !isLoaded(header)) return header;
  const part = parts.find((one) => holds(one, { offset: header.offset, size: header.fileSize }));
  if (part === undefined) return undefined;
  const offset = header.offset - part.offset + part.to;
  return isLoaded(header) ? { ...header, offset, alignment: page } : { ...header, offset };
}

function isWhole<T>(values: readonly (T | undefined)[] | undefined): values is readonly T[] {
  return values?.every((value) => value !== undefined) ?? false;
}

async function* inNewPlaces(
  file: string,
  parts: readonly Part[],
  replacements: readonly Replacement[],
): AsyncGenerator<Uint8Array> {
  let end = 0;
  for (const { to, offset, fileSize } of parts) {
    yield Buffer.alloc(to - end);
    yield* withReplaced(file, offset, fileSize, replacements);
    end = to + fileSize;
  }
}

function aligned(offset: number, page: number): number {
  return Math.ceil(offset / page) * page;
}
