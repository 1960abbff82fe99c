import { ImageError } from "./image-error.ts";

/** What an entry of an archive is. */
export type CpioKind = "block" | "character" | "directory" | "fifo" | "file" | "link" | "socket";

/** The content of a file that is too large to hold in memory. */
export interface StreamedContent {
  readonly size: number;
  /** Gives the content from its beginning, exactly `size` bytes; the next piece may overwrite the one before. */
  stream(): AsyncIterable<Uint8Array>;
}

/** One entry of a cpio archive. What is left out is 0, or follows from the kind. */
export interface CpioEntry<Content = Uint8Array> {
  /** The name, without a slash at its beginning: `bin/node`. */
  readonly path: string;
  readonly kind: CpioKind;
  /** Permissions, with the set-user-ID, set-group-ID and sticky bits. */
  readonly mode: number;
  /** The content of a file. Absent with `sameAs`. */
  readonly content?: Content;
  /** What a link points to. */
  readonly target?: string;
  /** The number of a device node. */
  readonly device?: { readonly major: number; readonly minor: number };
  /** The path of another file of the archive, of which this is a hard link. */
  readonly sameAs?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Seconds since the epoch. */
  readonly modified?: number;
}

const kindBits: Readonly<Record<CpioKind, number>> = {
  socket: 0o140000,
  link: 0o120000,
  file: 0o100000,
  block: 0o060000,
  directory: 0o040000,
  character: 0o020000,
  fifo: 0o010000,
};

const kindMask = 0o170000;
const headerSize = 110;
const trailerName = "TRAILER!!!";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Writes an archive in the "newc" form, the only one that every kernel unpacks: entries in the given order,
 * inode numbers counted from 1, and nothing that depends on this machine.
 *
 * A directory must come before what is in it; the kernel makes no parents.
 * See Documentation/driver-api/early-userspace/buffer-format.rst.
 *
 * @throws ImageError `bad-archive`: an entry that the form cannot hold.
 */
export function writeCpio(entries: readonly CpioEntry[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const { header, content } of cpioMembers(entries)) {
    pieces.push(header);
    if (content !== undefined) pieces.push(content, padding(content.length));
  }
  return Buffer.concat([...pieces, cpioTrailer()]);
}

/**
 * Gives the bytes of {@link writeCpio} piece by piece, for contents that do not fit into memory. Pieces of a
 * content are those of its stream: copy what has to last until the next one.
 *
 * @throws ImageError `bad-archive`: also when a content is not as long as it was said to be.
 */
export async function* streamCpio(
  entries: readonly StreamedEntry[],
  onEntry?: (entry: StreamedEntry) => void,
): AsyncGenerator<Uint8Array> {
  for (const { entry, header, content } of cpioMembers(entries)) {
    onEntry?.(entry);
    yield header;
    if (content === undefined) continue;
    yield* content instanceof Uint8Array ? [content] : exactly(content, entry.path);
    yield padding(sizeOf(content));
  }
  yield cpioTrailer();
}

/** Where the content of the entry `path` begins in the bytes that {@link streamCpio} gives. */
export function contentOffset(entries: readonly StreamedEntry[], path: string): number {
  let offset = 0;
  for (const { entry, header, content } of cpioMembers(entries)) {
    offset += header.length;
    if (entry.path === path) break;
    offset += aligned(content === undefined ? 0 : sizeOf(content));
  }
  return offset;
}

/** An entry to write whose content may come as a stream. */
export type StreamedEntry = CpioEntry<Uint8Array | StreamedContent>;

interface Member<Content> {
  readonly entry: CpioEntry<Content>;
  readonly header: Uint8Array;
  readonly content: Content | Uint8Array | undefined;
}

/** The members in order, each with its header; the names of one file share an inode, the last has the content. */
function* cpioMembers<Content extends Uint8Array | StreamedContent>(
  entries: readonly CpioEntry<Content>[],
): Generator<Member<Content>> {
  const files = new Map(entries.map((entry) => [entry.path, entry]));
  if (files.size < entries.length) throw twice(entries);
  const names = Map.groupBy(entries, ({ path, sameAs }) => sameAs ?? path);
  const inodes = new Map([...names.keys()].map((path, index) => [path, index + 1]));
  for (const entry of entries) {
    const file = files.get(entry.sameAs ?? entry.path);
    if (file === undefined) throw noSuchFile(entry);
    const links = names.get(file.path) ?? [];
    const content = links.at(-1) === entry ? contentOf(file) : undefined;
    const inode = inodes.get(file.path) ?? 0;
    yield { entry, header: entryHeader(entry, inode, links.length, content), content };
  }
}

function twice(entries: readonly CpioEntry<unknown>[]): ImageError {
  const paths = entries.map(({ path }) => path);
  const path = paths.find((candidate, index) => paths.indexOf(candidate) < index);
  return new ImageError("bad-archive", `cannot write ${path} twice into one archive`);
}

function noSuchFile({ path, sameAs }: CpioEntry<unknown>): ImageError {
  return new ImageError(
    "bad-archive",
    `cannot write ${path} as a hard link: ${sameAs} is not in the archive`,
  );
}

function contentOf<Content>(file: CpioEntry<Content>): Content | Uint8Array | undefined {
  return file.kind === "link" ? encoder.encode(file.target) : file.content;
}

function sizeOf(content: Uint8Array | StreamedContent): number {
  return content instanceof Uint8Array ? content.length : content.size;
}

function entryHeader(
  entry: CpioEntry<unknown>,
  inode: number,
  links: number,
  content: Uint8Array | StreamedContent | undefined,
): Uint8Array {
  const size = content === undefined ? 0 : sizeOf(content);
  if (size > 0xffff_ffff) {
    throw new ImageError(
      "bad-archive",
      `${entry.path} has ${size} bytes, the form allows 2^32 - 1`,
    );
  }
  return memberHeader(entry.path, [
    inode,
    kindBits[entry.kind] | entry.mode,
    entry.uid ?? 0,
    entry.gid ?? 0,
    entry.kind === "directory" ? 2 : links,
    entry.modified ?? 0,
    size,
    0,
    0,
    entry.device?.major ?? 0,
    entry.device?.minor ?? 0,
  ]);
}

function cpioTrailer(): Uint8Array {
  return memberHeader(trailerName, [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
}

/** The magic, the fields, the length of the name and a zero sum, the name, padding to four bytes. */
function memberHeader(path: string, fields: readonly number[]): Uint8Array {
  const name = encoder.encode(path);
  const digits = [...fields, name.length + 1, 0].map((field) =>
    field.toString(16).padStart(8, "0"),
  );
  const header = new Uint8Array(aligned(headerSize + name.length + 1));
  header.set(encoder.encode(`070701${digits.join("")}`));
  header.set(name, headerSize);
  return header;
}

function aligned(size: number): number {
  return Math.ceil(size / 4) * 4;
}

function padding(size: number): Uint8Array {
  return new Uint8Array(aligned(size) - size);
}

async function* exactly(content: StreamedContent, path: string): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const piece of content.stream()) {
    length += piece.length;
    yield piece;
  }
  if (length === content.size) return;
  throw new ImageError(
    "bad-archive",
    `${path} gave ${length} bytes where ${content.size} were announced: did the file change meanwhile?`,
  );
}

/** An archive as {@link parseCpio} found it. */
export interface ParsedCpio {
  readonly entries: readonly CpioEntry[];
  /** The offset behind the archive's trailer and its padding. */
  readonly end: number;
}

/**
 * Reads an archive in the "newc" form, with or without check sums, up to its trailer. Contents are views of
 * `bytes`, not copies. Names that are not UTF-8 get U+FFFD.
 *
 * @throws ImageError `bad-archive`: not an archive, or one that ends too early.
 */
export function readCpio(bytes: Uint8Array): readonly CpioEntry[] {
  return parseCpio(bytes, 0).entries;
}

/** Reads the archive that begins at `offset`; see {@link readCpio}. */
export function parseCpio(bytes: Uint8Array, offset: number): ParsedCpio {
  const members: RawMember[] = [];
  let at = offset;
  for (;;) {
    const member = readMember(bytes, at, offset);
    at = member.end;
    if (member.path === trailerName) break;
    members.push(member);
  }
  return { entries: withHardLinks(members), end: at };
}

interface RawMember {
  readonly path: string;
  readonly fields: readonly number[];
  readonly content: Uint8Array;
  readonly end: number;
}

function readMember(bytes: Uint8Array, at: number, base: number): RawMember {
  const magic = decoder.decode(bytes.subarray(at, at + 6));
  if (magic !== "070701" && magic !== "070702") throw badMember(at, "no header of a newc archive");
  const fields = hexFields(bytes, at + 6);
  const [nameSize = 0, size = 0] = [fields[11], fields[6]];
  const nameAt = at + headerSize;
  // Padding counts from the beginning of the archive, which need not be that of the file.
  const contentAt = base + aligned(nameAt + nameSize - base);
  const contentEnd = contentAt + size;
  if (contentEnd > bytes.length) throw badMember(at, "the archive ends within this entry");
  return {
    path: normalized(decoder.decode(bytes.subarray(nameAt, nameAt + nameSize - 1))),
    fields,
    content: bytes.subarray(contentAt, contentEnd),
    end: Math.min(base + aligned(contentEnd - base), bytes.length),
  };
}

function hexFields(bytes: Uint8Array, at: number): readonly number[] {
  const text = decoder.decode(bytes.subarray(at, at + 13 * 8));
  if (!/^[0-9a-fA-F]{104}$/.test(text)) throw badMember(at - 6, "its header is not hexadecimal");
  return Array.from({ length: 13 }, (_, field) =>
    Number.parseInt(text.slice(field * 8, field * 8 + 8), 16),
  );
}

function badMember(at: number, what: string): ImageError {
  return new ImageError("bad-archive", `cannot read the cpio archive at byte ${at}: ${what}`);
}

/** Other writers begin names with a slash or `./`; the root directory stays `.`. */
function normalized(path: string): string {
  return path.replace(/^(?:\.?\/)+/, "") || ".";
}

/** Names of one inode share its content, whichever of them carries it. */
function withHardLinks(members: readonly RawMember[]): readonly CpioEntry[] {
  const files = new Map<string, RawMember>();
  for (const member of members) {
    const key = inodeKey(member);
    if (key !== undefined && (member.content.length > 0 || !files.has(key))) files.set(key, member);
  }
  return members.map((member) => entryOf(member, files.get(inodeKey(member) ?? "")));
}

/** What tells the inode of a file with several names; of others there is none. */
function inodeKey({ fields }: RawMember): string | undefined {
  const [inode, mode = 0, , , links = 1, , , major, minor] = fields;
  const several = links > 1 && (mode & kindMask) === kindBits.file;
  return several ? `${major}:${minor}:${inode}` : undefined;
}

function entryOf(member: RawMember, holder: RawMember | undefined): CpioEntry {
  const [, bits = 0, uid = 0, gid = 0, , modified = 0, , , , major = 0, minor = 0] = member.fields;
  const kind = kindOf(bits, member.path);
  const shared = holder !== undefined && holder !== member;
  return {
    path: member.path,
    kind,
    mode: bits & 0o7777,
    uid,
    gid,
    modified,
    ...(kind === "file" && !shared ? { content: member.content } : {}),
    ...(kind === "file" && shared ? { sameAs: holder.path } : {}),
    ...(kind === "link" ? { target: decoder.decode(member.content) } : {}),
    ...(kind === "block" || kind === "character" ? { device: { major, minor } } : {}),
  };
}

function kindOf(bits: number, path: string): CpioKind {
  const kind = kinds.find((one) => kindBits[one] === (bits & kindMask));
  if (kind !== undefined) return kind;
  throw new ImageError("bad-archive", `${path} is of an unknown kind: mode ${bits.toString(8)}`);
}

const kinds: readonly CpioKind[] = [
  "block",
  "character",
  "directory",
  "fifo",
  "file",
  "link",
  "socket",
];
