import type { DirectoryEntry, EntryKind } from "@earlyboot/linux-syscalls";
import { type Dirent, constants, fstatSync, readdirSync } from "node:fs";

import type { Kernel, Subject } from "./kernel.ts";
import { directoryEntry } from "./layouts.ts";
import { nodeCall } from "./node-call.ts";
import { withOpenFile } from "./whole-file.ts";

/** The names in the directory at `path`, sorted. Node reads it in one call, in a fifth of the time. */
export function readEntriesOf(kernel: Kernel, path: string): readonly DirectoryEntry[] {
  const found = nodeCall("open", { path }, () => readdirSync(path, { withFileTypes: true }));
  return found.length === 0 ? readEmpty(kernel, path) : entriesOf(found);
}

/** The same of the directory that `descriptor` has open, and to which `path` leads. */
export function readOpenEntries(
  kernel: Kernel,
  descriptor: number,
  path: string,
): readonly DirectoryEntry[] {
  const found = nodeCall("getdents64", {}, () => readdirSync(path, { withFileTypes: true }));
  // One that was removed has no name left.
  const isEmpty = found.length === 0 && fstatSync(descriptor).nlink > 0;
  return isEmpty || found.length > 0 ? entriesOf(found) : readEntries(kernel, descriptor, {});
}

function entriesOf(found: readonly Dirent[]): readonly DirectoryEntry[] {
  return sorted(found.map((entry) => ({ name: entry.name, kind: kindOf(entry) })));
}

/** The C library takes a directory that was removed for an empty one; the kernel tells them apart. */
function readEmpty(kernel: Kernel, path: string): readonly DirectoryEntry[] {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY;
  return withOpenFile(path, flags, 0, (descriptor) => readEntries(kernel, descriptor, { path }));
}

function kindOf(entry: Dirent): EntryKind {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  if (entry.isSymbolicLink()) return "link";
  if (entry.isCharacterDevice()) return "character";
  if (entry.isBlockDevice()) return "block";
  if (entry.isFIFO()) return "fifo";
  return entry.isSocket() ? "socket" : "unknown";
}

/** The names in the directory that `descriptor` has open, from its beginning, sorted. */
export function readEntries(
  kernel: Kernel,
  descriptor: number,
  subject: Subject,
): readonly DirectoryEntry[] {
  // Small enough to be laid out with the other arguments of a call.
  const buffer = Buffer.alloc(4096);
  const entries: DirectoryEntry[] = [];
  const rewind = { ...subject, as: "lseek" };
  kernel.call("lseek", [descriptor, 0, 0], rewind);
  for (;;) {
    const filled = Number(kernel.call("getdents64", [descriptor, buffer, buffer.length], subject));
    if (filled === 0) return sorted(entries);
    parse(buffer.subarray(0, filled), entries);
  }
}

/** Takes apart what getdents64(2) puts into a buffer: records that tell their own length. */
function parse(buffer: Buffer, entries: DirectoryEntry[]): void {
  const { size, fields } = directoryEntry;
  for (let start = 0; start < buffer.length;) {
    const kind = buffer.readUInt8(start + fields.kind[0]);
    const name = buffer.toString("utf8", start + size, buffer.indexOf(0, start + size));
    if (name !== "." && name !== "..") entries.push({ name, kind: kinds.get(kind) ?? "unknown" });
    start += buffer.readUInt16LE(start + fields.length[0]);
  }
}

function sorted(entries: readonly DirectoryEntry[]): readonly DirectoryEntry[] {
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** `d_type`, from `<dirent.h>`. */
const kinds: ReadonlyMap<number, EntryKind> = new Map([
  [1, "fifo"],
  [2, "character"],
  [4, "directory"],
  [6, "block"],
  [8, "file"],
  [10, "link"],
  [12, "socket"],
]);
