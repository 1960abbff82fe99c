import type { ExecOptions, Linux } from "@earlyboot/linux-syscalls";
import { readProcessStatus } from "./process-status.ts";

/** What {@link executeInit} does with descriptors besides 0, 1 and 2. */
export type InitOptions = Pick<ExecOptions, "closeLater" | "keep">;

/** The environment of a real init: `HOME`, `TERM` and `PATH`, and nothing that came before. */
export function initEnvironment(term = "linux"): Readonly<Record<string, string>> {
  return { HOME: "/", TERM: term, PATH: "/sbin:/usr/sbin:/bin:/usr/bin" };
}

/**
 * Becomes the real init: executes `path`, which also is its `argv[0]`, with `args` after it, the given
 * environment alone, and the limit of open files that the kernel gives to an init of its own.
 *
 * @throws SyscallError what the kernel answered; everything then works as before.
 */
export function executeInit(
  linux: Pick<Linux, "execve" | "readText">,
  path: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = initEnvironment(),
  options: InitOptions = {},
): never {
  return linux.execve(path, [path, ...args], environment, {
    ...options,
    openFiles: initialOpenFiles(linux),
  });
}

/** The kernel's first limit of open files, INR_OPEN_CUR and INR_OPEN_MAX of `<linux/fs.h>`. */
const kernelDefault = { soft: 1024, hard: 4096 } as const;

/**
 * The limit of open files with which the kernel starts an init. A JavaScript host has raised this
 * process's own; kthreadd, process 2, still has it.
 */
function initialOpenFiles(linux: Pick<Linux, "readText">): NonNullable<ExecOptions["openFiles"]> {
  try {
    if (!readProcessStatus(linux, 2).kernelThread) return kernelDefault;
    const limits = linux.readText("/proc/2/limits");
    const [, soft, hard] = /^Max open files +(\d+) +(\d+)/m.exec(limits) ?? [];
    return soft === undefined ? kernelDefault : { soft: Number(soft), hard: Number(hard) };
  } catch {
    return kernelDefault;
  }
}
