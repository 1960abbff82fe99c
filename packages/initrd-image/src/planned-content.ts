import { statSync } from "node:fs";
import { bareExecutable } from "./bare-executable.ts";
import type { StreamedContent, StreamedEntry } from "./cpio.ts";
import { strippedElf } from "./elf.ts";
import { fileBytes } from "./file-bytes.ts";
import { makeLauncher } from "./launcher.ts";
import type { PlannedEntry, PlannedSource } from "./plan.ts";
import { unpackModule } from "./plan-modules.ts";
import { withSmallIntl } from "./small-intl.ts";

/** Turns a planned entry into one of an archive. Nothing is read yet but what tells its size. */
export function archiveEntry(entry: PlannedEntry, modified: number): StreamedEntry {
  const { kind, mode } = entry;
  const common = { path: entry.path.slice(1), kind, mode, modified };
  switch (entry.kind) {
    case "directory":
      return common;
    case "file":
      return { ...common, content: plannedContent(entry.source) };
    case "link":
      return { ...common, target: entry.target };
    case "character":
      break;
  }
  return { ...common, device: entry.device };
}

/** The bytes of a planned file. */
export function plannedContent(source: PlannedSource): Uint8Array | StreamedContent {
  switch (source.kind) {
    case "file":
      return joinedFiles([source.file]);
    case "joined":
      return joinedFiles(source.files);
    case "stripped":
      return strippedElf(source.file);
    case "small-node":
      return withSmallIntl(source.file);
    case "bare":
      return bareExecutable(source);
    case "unpacked":
      return unpackedModule(source.file);
    case "text":
      return Buffer.from(source.text);
    case "launcher":
      break;
  }
  return makeLauncher(source);
}

function joinedFiles(files: readonly string[]): StreamedContent {
  const size = files.reduce((total, file) => total + statSync(file).size, 0);
  return {
    size,
    async *stream() {
      for (const file of files) yield* fileBytes(file);
    },
  };
}

/** Unpacked when its size is asked for, and let go when it has been written. */
function unpackedModule(file: string): StreamedContent {
  let content: Uint8Array | undefined;
  const unpacked = (): Uint8Array => (content ??= unpackModule(file));
  return {
    get size() {
      return unpacked().length;
    },
    async *stream() {
      yield unpacked();
      content = undefined;
    },
  };
}
