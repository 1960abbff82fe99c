import { SyscallError } from "@earlyboot/linux-syscalls";

/**
 * Calls `handler` on each signal `number`. Gives a function that stops it.
 *
 * @throws SyscallError EINVAL for a signal that cannot be handled: SIGKILL, SIGSTOP, those that
 *   report a fault in the program, and those that have no name.
 */
export function listen(number: number, handler: () => void): () => void {
  const name = signalName(number);
  if (name === undefined) throw new SyscallError({ error: "EINVAL", syscall: "sigaction" });
  process.on(name, handler);
  return () => void process.off(name, handler);
}

function signalName(number: number): string | undefined {
  if (unmanageable.has(number)) return undefined;
  const { constants } = process.getBuiltinModule("node:os");
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}

/** SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGSEGV, SIGSTOP */
const unmanageable: ReadonlySet<number> = new Set([4, 5, 6, 7, 8, 9, 11, 19]);
