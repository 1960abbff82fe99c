import type { Linux } from "@earlyboot/linux-syscalls";
import { parseCommandLine, type CommandLine } from "./parse-command-line.ts";

/**
 * Reads the command line of the running kernel from `/proc/cmdline`, proc_cmdline(5).
 *
 * @throws SyscallError ENOENT when `/proc` is not mounted.
 */
export function readCommandLine(linux: Pick<Linux, "readText">): CommandLine {
  return parseCommandLine(linux.readText("/proc/cmdline"));
}
