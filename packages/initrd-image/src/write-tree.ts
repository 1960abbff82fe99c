import { createWriteStream, existsSync } from "node:fs";
import { chmod, lutimes, mkdir, readdir, symlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { errorCode } from "@earlyboot/linux-syscalls";
import { copied } from "./file-bytes.ts";
import { ImageError } from "./image-error.ts";
import type { ImagePlan, PlannedEntry, PlannedSource } from "./plan.ts";
import { plannedContent } from "./planned-content.ts";

/** What {@link writeTree} made. */
export interface TreeResult {
  readonly directory: string;
  /** Device nodes, which only root can make: the generator that packs the tree adds its own. */
  readonly skipped: readonly string[];
}

/**
 * Writes the main part of a plan as a directory, for another generator to pack. Permissions and times are the
 * plan's whatever the umask; owners are who runs it.
 *
 * @throws ImageError `bad-option`: the directory is there and not empty.
 */
export async function writeTree(plan: ImagePlan, directory: string): Promise<TreeResult> {
  await makeDirectories(resolve(directory));
  if ((await readdir(directory)).length > 0) {
    throw new ImageError(
      "bad-option",
      `${directory} is not empty: name a new directory for the tree`,
    );
  }
  for (const entry of plan.entries) await writeEntry(entry, join(directory, entry.path));
  // What is written below a directory changes its time; so all times come last, the deepest first.
  for (const entry of plan.entries.toReversed()) await setTime(entry, directory, plan.modified);
  const skipped = plan.entries.filter(({ kind }) => kind === "character").map(({ path }) => path);
  return { directory, skipped };
}

/** Node's own way to make parents never ends where the kernel lets nobody make any, as in `/proc`. */
async function makeDirectories(directory: string): Promise<void> {
  const parent = dirname(directory);
  if (!existsSync(parent)) await makeDirectories(parent);
  await mkdir(directory).catch((error: unknown) => {
    if (errorCode(error) !== "EEXIST") throw error;
  });
}

async function writeEntry(entry: PlannedEntry, path: string): Promise<void> {
  switch (entry.kind) {
    case "directory":
      await mkdir(path, { mode: entry.mode });
      break;
    case "link":
      await symlink(entry.target, path);
      return;
    case "file":
      await writeContent(entry.source, path);
      break;
    case "character":
      return;
  }
  await chmod(path, entry.mode);
}

async function writeContent(source: PlannedSource, path: string): Promise<void> {
  const content = plannedContent(source);
  const bytes = content instanceof Uint8Array ? Readable.from([content]) : copied(content.stream());
  await pipeline(bytes, createWriteStream(path, { flags: "wx" }));
}

async function setTime(entry: PlannedEntry, directory: string, modified: number): Promise<void> {
  if (entry.kind !== "character") await lutimes(join(directory, entry.path), modified, modified);
}
