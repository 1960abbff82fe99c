import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorCode } from "@earlyboot/linux-syscalls";

/** A new name beside `output`, for a file that will take its place; it tells whose it is. */
export function temporaryBeside(output: string): string {
  return join(dirname(output), `.${basename(output)}.${process.pid}.${randomUUID()}.new`);
}

/** Removes what builds that were killed left beside `output`; a build that still runs keeps its file. */
export async function removeLeftovers(output: string): Promise<void> {
  const directory = dirname(output);
  const beginning = `.${basename(output)}.`;
  for (const name of await readdir(directory)) {
    if (!name.startsWith(beginning) || !name.endsWith(".new")) continue;
    const pid = Number(name.slice(beginning.length).split(".")[0]);
    if (Number.isInteger(pid) && !isRunning(pid)) await rm(join(directory, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}
