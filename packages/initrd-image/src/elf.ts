import { closeSync, openSync, readSync } from "node:fs";
import type { StreamedContent } from "./cpio.ts";
import { type ReadRange, fileBytes } from "./file-bytes.ts";
import { ImageError } from "./image-error.ts";

/** A library that a program opens by itself, as its `.note.dlopen` says. */
export interface DlopenNote {
  /** Names of the library, the best one first. */
  readonly soname: readonly string[];
  /** What is left out means `recommended`. */
  readonly priority?: "recommended" | "required" | "suggested";
  /** What the library is for. */
  readonly feature?: string;
  readonly description?: string;
}

/** What the loader reads in an ELF file; see elf(5). */
export interface ElfFile {
  /** The machine's number, `e_machine`: 62 is x86-64, 183 is arm64. */
  readonly machine: number;
  /** The loader's path, of a program. */
  readonly interpreter?: string;
  /** DT_NEEDED: names of libraries, in order. */
  readonly needed: readonly string[];
  /** DT_RPATH, split at colons. */
  readonly rpath: readonly string[];
  /** DT_RUNPATH, split at colons. */
  readonly runpath: readonly string[];
  /** Optional libraries; https://uapi-group.org/specifications/specs/elf_dlopen_metadata/. */
  readonly dlopen: readonly DlopenNote[];
  /** How many bytes of the file are loaded: what follows are symbols and section headers. */
  readonly loadedSize: number;
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** Types of segments, `p_type`. */
export const segmentType = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;
const dynamicTag = {
  needed: 1,
  stringTable: 5,
  stringTableSize: 10,
  rpath: 15,
  runpath: 29,
} as const;
const headerSize = 64;
/** The size of a program header. */
export const segmentSize = 56;
const dlopenNoteType = 0x407c_0c0a;

/**
 * Reads what the loader needs to know about a 64-bit little-endian ELF file; `undefined` for every other file.
 *
 * @throws ImageError `bad-elf`: it begins as an ELF file and is cut short or contradicts itself.
 */
export function readElf(file: string): ElfFile | undefined {
  const descriptor = openSync(file, "r");
  try {
    const header = readAt(descriptor, 0, headerSize);
    return isElf(header) ? readSegments(descriptor, header, file) : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** Bytes to stand in place of others. */
export interface Replacement {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Of a header without sections: e_shoff, then e_shnum and e_shstrndx, are zero. */
export const noSections: readonly Replacement[] = [
  { offset: 40, bytes: new Uint8Array(8) },
  { offset: 60, bytes: new Uint8Array(4) },
];

/**
 * The content of an ELF file without what is never loaded — symbol tables, debugging data and section headers —
 * and with `replacements` in what is.
 *
 * @throws ImageError `bad-elf`: not an ELF file of 64 bits.
 */
export function strippedElf(
  file: string,
  replacements: readonly Replacement[] = [],
): StreamedContent {
  const elf = readElf(file);
  if (elf === undefined)
    throw new ImageError("bad-elf", `cannot strip ${file}: not a 64-bit ELF file`);
  return {
    size: elf.loadedSize,
    stream: () => withReplaced(file, 0, elf.loadedSize, [...noSections, ...replacements]),
  };
}

/** `size` bytes of a file from `offset` on, with `replacements`, whose offsets are those of the whole file. */
export async function* withReplaced(
  file: string,
  offset: number,
  size: number,
  replacements: readonly Replacement[],
): AsyncGenerator<Uint8Array> {
  let start = offset;
  for await (const piece of fileBytes(file, size, offset)) {
    const end = start + piece.length;
    for (const { offset: at, bytes } of replacements) {
      const from = Math.max(at, start);
      const to = Math.min(at + bytes.length, end);
      if (from < to) piece.set(bytes.subarray(from - at, to - at), from - start);
    }
    yield piece;
    start = end;
  }
}

/** Where a program keeps an object of data in its file. */
export interface DataObject {
  readonly offset: number;
  readonly size: number;
}

/**
 * Finds objects of data by the names under which an ELF file offers them to libraries; where it offers none of them, by
 * those that it has for itself. What is not found is left out.
 */
export function dataObjects(
  file: string,
  isWanted: (name: string) => boolean,
): ReadonlyMap<string, DataObject> {
  const sections = withRanges(file, sectionsOf);
  const offered = objectsIn(file, sections, dynamicSymbols, isWanted);
  return offered.size > 0 ? offered : objectsIn(file, sections, ownSymbols, isWanted);
}

function objectsIn(
  file: string,
  sections: readonly Section[],
  type: number,
  isWanted: (name: string) => boolean,
): ReadonlyMap<string, DataObject> {
  const found = new Map<string, DataObject>();
  const symbolSection = sections.find((section) => section.type === type);
  const stringSection = sections[symbolSection?.link ?? 0];
  if (symbolSection === undefined || stringSection === undefined) return found;
  const [symbols, strings] = withRanges(file, (read) => [
    read(symbolSection.offset, symbolSection.size),
    read(stringSection.offset, stringSection.size),
  ]);
  for (let at = 0; at < symbols.length; at += symbolSize) {
    const name = cString(strings, symbols.readUInt32LE(at));
    const home = sections[symbols.readUInt16LE(at + 6)];
    if (!isWanted(name) || home === undefined) continue;
    const offset = Number(symbols.readBigUInt64LE(at + 8)) - home.address + home.offset;
    found.set(name, { offset, size: Number(symbols.readBigUInt64LE(at + 16)) });
  }
  return found;
}

/**
 * Lets `use` read whole ranges of a file.
 *
 * @throws ImageError `bad-elf`: a range reaches beyond the end of the file.
 */
export function withRanges<T>(file: string, use: (read: ReadRange) => T): T {
  const descriptor = openSync(file, "r");
  try {
    return use((offset, size) => wholeRange(descriptor, offset, size, file));
  } finally {
    closeSync(descriptor);
  }
}

interface Section {
  readonly type: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

/** SHT_SYMTAB and SHT_DYNSYM */
const [ownSymbols, dynamicSymbols] = [2, 11];
const symbolSize = 24;
const sectionSize = 64;

function sectionsOf(read: ReadRange): readonly Section[] {
  const header = read(0, headerSize);
  const count = header.readUInt16LE(60);
  const table = read(Number(header.readBigUInt64LE(40)), count * sectionSize);
  return Array.from({ length: count }, (_, index) => {
    const at = index * sectionSize;
    return {
      type: table.readUInt32LE(at + 4),
      address: Number(table.readBigUInt64LE(at + 16)),
      offset: Number(table.readBigUInt64LE(at + 24)),
      size: Number(table.readBigUInt64LE(at + 32)),
      link: table.readUInt32LE(at + 40),
    };
  });
}

/** The magic, 64 bits, little-endian. */
function isElf(header: Buffer): boolean {
  return (
    header.length === headerSize &&
    header.readUInt32BE(0) === 0x7f45_4c46 &&
    header.readUInt16LE(4) === 0x0102
  );
}

function readSegments(descriptor: number, header: Buffer, file: string): ElfFile {
  const tableOffset = Number(header.readBigUInt64LE(32));
  const count = header.readUInt16LE(56);
  const table = wholeRange(descriptor, tableOffset, count * segmentSize, file);
  const segments = Array.from({ length: count }, (_, index) =>
    segmentAt(table, index * segmentSize),
  );
  const interpreter = segments.find(({ type }) => type === segmentType.interpreter);
  const read = (offset: number, size: number): Buffer => wholeRange(descriptor, offset, size, file);
  return {
    machine: header.readUInt16LE(18),
    ...(interpreter === undefined
      ? {}
      : { interpreter: cString(read(interpreter.offset, interpreter.size), 0) }),
    ...dynamicNames(segments, read, file),
    dlopen: segments.flatMap((segment) =>
      segment.type === segmentType.note
        ? dlopenNotes(read(segment.offset, segment.size), file)
        : [],
    ),
    loadedSize: segments.reduce(
      (end, { type, offset, size }) =>
        type === segmentType.load ? Math.max(end, offset + size) : end,
      tableOffset + table.length,
    ),
  };
}

function segmentAt(table: Buffer, at: number): Segment {
  return {
    type: table.readUInt32LE(at),
    offset: Number(table.readBigUInt64LE(at + 8)),
    address: Number(table.readBigUInt64LE(at + 16)),
    size: Number(table.readBigUInt64LE(at + 32)),
  };
}

type DynamicNames = Pick<ElfFile, "needed" | "rpath" | "runpath">;

function dynamicNames(segments: readonly Segment[], read: ReadRange, file: string): DynamicNames {
  const dynamic = segments.find(({ type }) => type === segmentType.dynamic);
  if (dynamic === undefined) return { needed: [], rpath: [], runpath: [] };
  const entries = dynamicEntries(read(dynamic.offset, dynamic.size));
  const strings = stringTable(entries, segments, read, file);
  const values = (tag: number): string[] =>
    entries.filter((entry) => entry.tag === tag).map(({ value }) => cString(strings, value));
  return {
    needed: values(dynamicTag.needed),
    rpath: values(dynamicTag.rpath).flatMap(pathList),
    runpath: values(dynamicTag.runpath).flatMap(pathList),
  };
}

interface DynamicEntry {
  readonly tag: number;
  readonly value: number;
}

/** The entries up to DT_NULL. */
function dynamicEntries(bytes: Buffer): readonly DynamicEntry[] {
  const entries: DynamicEntry[] = [];
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    const tag = Number(bytes.readBigInt64LE(at));
    if (tag === 0) break;
    entries.push({ tag, value: Number(bytes.readBigUInt64LE(at + 8)) });
  }
  return entries;
}

/** The table of names, by its address in memory. */
function stringTable(
  entries: readonly DynamicEntry[],
  segments: readonly Segment[],
  read: ReadRange,
  file: string,
): Buffer {
  const valueOf = (wanted: number): number => entries.find(({ tag }) => tag === wanted)?.value ?? 0;
  const address = valueOf(dynamicTag.stringTable);
  const segment = segments.find(
    (one) =>
      one.type === segmentType.load && address >= one.address && address < one.address + one.size,
  );
  if (segment === undefined)
    throw new ImageError("bad-elf", `${file}: its dynamic names are not loaded`);
  return read(segment.offset + address - segment.address, valueOf(dynamicTag.stringTableSize));
}

function pathList(paths: string): readonly string[] {
  return paths.split(":").filter((path) => path !== "");
}

/** Notes of the owner `FDO` whose text is a JSON array of libraries. */
function dlopenNotes(bytes: Buffer, file: string): readonly DlopenNote[] {
  const notes: DlopenNote[] = [];
  for (let at = 0; at + 12 <= bytes.length;) {
    const [ownerSize, size, type] = [0, 4, 8].map((offset) => bytes.readUInt32LE(at + offset));
    const textAt = at + 12 + aligned(ownerSize ?? 0);
    const isDlopen = type === dlopenNoteType && cString(bytes, at + 12) === "FDO";
    if (isDlopen)
      notes.push(...parseNote(cString(bytes.subarray(0, textAt + (size ?? 0)), textAt), file));
    at = textAt + aligned(size ?? 0);
  }
  return notes;
}

function parseNote(text: string, file: string): readonly DlopenNote[] {
  const notes = parseJson(text);
  if (Array.isArray(notes) && notes.every(isDlopenNote)) return notes;
  throw new ImageError("bad-elf", `${file}: its note about optional libraries is not as specified`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isDlopenNote(note: unknown): note is DlopenNote {
  if (typeof note !== "object" || note === null || !("soname" in note)) return false;
  const { soname } = note;
  return Array.isArray(soname) && soname.every((name) => typeof name === "string");
}

function aligned(size: number): number {
  return Math.ceil(size / 4) * 4;
}

function cString(bytes: Buffer, at: number): string {
  const end = bytes.indexOf(0, at);
  return bytes.toString("utf8", at, end < 0 ? bytes.length : end);
}

function wholeRange(descriptor: number, offset: number, size: number, file: string): Buffer {
  const bytes = readAt(descriptor, offset, size);
  if (bytes.length === size) return bytes;
  throw new ImageError("bad-elf", `${file} is cut short: it ends before byte ${offset + size}`);
}

/** Up to `size` bytes; a size that no header has is not believed. */
function readAt(descriptor: number, offset: number, size: number): Buffer {
  const bytes = Buffer.alloc(Math.min(size, largestRange));
  return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, offset));
}

/** More than any table of names that a loader would take. */
const largestRange = 64 << 20;
