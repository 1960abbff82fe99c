import { readdirSync, readFileSync, type Dirent } from "node:fs";

import type { EntryKind, Linux } from "@earlyboot/linux-syscalls";

/** The files of the machine that runs the test, as far as an index reads them. */
export const hostFiles: Pick<Linux, "readDirectory" | "readFile" | "readText"> = {
  readFile: (path) => readFileSync(path),
  readText: (path) => readFileSync(path, "utf8"),
  readDirectory: (path) =>
    readdirSync(path, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      kind: kindOf(entry),
    })),
};

function kindOf(entry: Dirent): EntryKind {
  if (entry.isDirectory()) return "directory";
  if (entry.isSymbolicLink()) return "link";
  return entry.isFile() ? "file" : "unknown";
}
