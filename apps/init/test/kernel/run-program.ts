import { describe } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** How a program of a test ended, and what it printed. */
export interface Ending {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Whether this user may make namespaces, devices and mounts. */
export const isRoot: boolean = process.getuid?.() === 0;

/** What to add to a title of a test that needs root, where it is skipped. */
export const rootReason: string = isRoot ? "" : " (skipped: needs root)";

/** The path of a program in the folder `programs`. */
export function programPath(name: string): string {
  return `${import.meta.dirname}/programs/${name}`;
}

/** Runs a command in new namespaces, with flags of unshare(1), and waits for its end. */
export function runUnshared(flags: readonly string[], command: readonly string[]): Ending {
  const { status, stdout, stderr } = spawnSync("unshare", [...flags, ...command], {
    encoding: "utf8",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    timeout: 120_000,
  });
  return { status, stdout, stderr };
}

/** What {@link needs} gives. */
export interface Needs {
  /** `describe`, or `describe.skip` where something is missing. */
  readonly describe: typeof describe.skip;
  /** What to add to the title: why it is skipped. */
  readonly reason: string;
}

/** Looks for what tests need: programs by their names, and `root`, the right to mount. */
export function needs(...names: readonly string[]): Needs {
  const missing = names.filter((name) => (name === "root" ? !isRoot : !hasProgram(name)));
  if (missing.length === 0) return { describe, reason: "" };
  return { describe: describe.skip, reason: ` (skipped: needs ${missing.join(", ")})` };
}

function hasProgram(name: string): boolean {
  return ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].some((directory) =>
    existsSync(`${directory}/${name}`),
  );
}
