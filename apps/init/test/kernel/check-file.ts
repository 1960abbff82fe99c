import { spawnSync } from "node:child_process";
import type { CheckOptions } from "@earlyboot/fsck-runner";
import { programPath } from "./run-program.ts";

/** What came of a check, in another process. */
export interface CheckedFile {
  readonly outcome: string;
  readonly output: string;
  readonly message: string;
  /** In percent, each step once. */
  readonly progress: readonly number[];
}

/** Checks a device or an image with the real Linux; gives the result. */
export function checkFile(device: string, type: string, options: CheckOptions = {}): CheckedFile {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [programPath("check-file-system.ts"), device, type, JSON.stringify(options)],
    { encoding: "utf8", timeout: 120_000 },
  );
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
}
