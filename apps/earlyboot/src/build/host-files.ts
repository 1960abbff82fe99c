import { readdirSync, readFileSync, type Dirent } from "node:fs";
import type { EntryKind, Linux } from "@earlyboot/linux-syscalls";

/** This machine's files, for the packages that ask for a Linux to read them through. */
export const hostFiles: Pick<Linux, "readDirectory" | "readFile" | "readText"> = {
  readFile: (path) => readFileSync(path),
  readText: (path) => readFileSync(path, "utf8"),
  readDirectory: (path) =>
    readdirSync(path, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
};

function kindOf(entry: Dirent): EntryKind {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  if (entry.isSymbolicLink()) return "link";
  if (entry.isBlockDevice()) return "block";
  if (entry.isCharacterDevice()) return "character";
  if (entry.isFIFO()) return "fifo";
  return entry.isSocket() ? "socket" : "unknown";
}
