import type { DirectoryEntry, EntryKind } from "@earlyboot/linux-syscalls";

import type { Kernel, Subject } from "./kernel.ts";
import { directoryEntry } from "./layouts.ts";
import { readStructure } from "./structure.ts";

/** The names in the directory that `descriptor` has open, from its beginning, sorted. */
export function readEntries(
  kernel: Kernel,
  descriptor: number,
  subject: Subject,
): readonly DirectoryEntry[] {
  const buffer = new Uint8Array(32768);
  const entries: DirectoryEntry[] = [];
  const rewind = { ...subject, as: "lseek" };
  kernel.call("lseek", [descriptor, 0, 0], rewind);
  for (;;) {
    const filled = Number(kernel.call("getdents64", [descriptor, buffer, buffer.length], subject));
    if (filled === 0) break;
    for (const entry of parse(buffer.subarray(0, filled))) entries.push(entry);
  }
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** What getdents64(2) puts into a buffer: records that tell their own length. */
function* parse(buffer: Uint8Array): Generator<DirectoryEntry> {
  const decoder = new TextDecoder();
  for (let rest = buffer; rest.length > 0;) {
    const { length, kind } = readStructure(directoryEntry, rest);
    const field = rest.subarray(directoryEntry.size, length);
    const name = decoder.decode(field.subarray(0, field.indexOf(0)));
    if (name !== "." && name !== "..") yield { name, kind: kinds.get(kind) ?? "unknown" };
    rest = rest.subarray(length);
  }
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
