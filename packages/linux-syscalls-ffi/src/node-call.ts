import { SyscallError } from "@earlyboot/linux-syscalls";

import type { Subject } from "./kernel.ts";

/**
 * Runs a function of Node's own, and throws what fails in it as a `SyscallError`: Node has the
 * number of every error, but not the name of all.
 */
export function nodeCall<Value>(syscall: string, subject: Subject, run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    throw syscallErrorOf(error, syscall, subject);
  }
}

/** The same failure as a `SyscallError`; anything else as it is. */
export function syscallErrorOf(error: unknown, syscall: string, { path, dest }: Subject): unknown {
  if (typeof error !== "object" || error === null || !("errno" in error)) return error;
  if (typeof error.errno !== "number") return error;
  return new SyscallError({ error: -error.errno, syscall, path, dest });
}
