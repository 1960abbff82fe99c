import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import type { CheckingLinux } from "@earlyboot/fsck-runner";
import { simulateLinux } from "@earlyboot/linux-syscalls/testing";

/** Where administrators' programs are, too. */
const path = `${process.env["PATH"]}:/usr/sbin:/sbin`;

/** Runs a line of the shell, which must succeed. */
export function runShell(line: string, variables: Readonly<Record<string, string>>): string {
  const result = spawnSync("sh", ["-c", line], {
    encoding: "utf8",
    env: { ...process.env, PATH: path, ...variables },
  });
  if (result.status === 0) return result.stdout;
  throw new Error(`${line}: ${result.error?.message ?? result.stderr}`);
}

/** Whether this machine has a program. */
export function hasProgram(name: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${name}`], { env: { PATH: path } }).status === 0;
}

/** As much of this machine as a check of an image file needs; the rest is simulated. */
export function hostLinux(): CheckingLinux {
  return {
    ...simulateLinux(),
    access: (file) => accessSync(file, constants.X_OK),
    stat: (file) => ({ ...simulateLinux().stat("/"), mode: statSync(file).mode }),
    async spawn({ path: program, arguments: words = [], environment, onOutput, onProgress }) {
      const child = spawn(program, words, {
        env: environment,
        stdio: ["ignore", "pipe", "pipe", "pipe"],
      });
      child.stdout?.on("data", (chunk: Uint8Array) => onOutput?.(chunk, "stdout"));
      child.stderr?.on("data", (chunk: Uint8Array) => onOutput?.(chunk, "stderr"));
      child.stdio[3]?.on("data", (chunk: Uint8Array) => onProgress?.(chunk));
      return {
        pid: child.pid ?? 0,
        kill: (signal) => void child.kill(signal),
        exited: new Promise((resolve) => {
          child.once("close", (status) => resolve({ kind: "exited", status: status ?? -1 }));
        }),
      };
    },
  };
}
