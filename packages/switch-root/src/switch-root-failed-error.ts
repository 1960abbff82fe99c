import { printable } from "@earlyboot/linux-syscalls";

/** Says that the kernel refused a step of the switch after its checks had passed, and what was put back. */
export class SwitchRootFailedError extends Error {
  override readonly name: string = "SwitchRootFailedError";
  readonly code = "ERR_SWITCH_ROOT_FAILED";
  /** What was to become the root. */
  readonly newRoot: string;
  /** What could not be put back, one line each; empty when all is as it was. */
  readonly notRestored: readonly string[];

  constructor(newRoot: string, cause: unknown, notRestored: readonly string[]) {
    const words = cause instanceof Error ? cause.message : String(cause);
    const state =
      notRestored.length === 0
        ? "all file systems are back in their places"
        : `and could not be undone: ${notRestored.join("; ")}`;
    super(`cannot make ${printable(newRoot)} the root: ${printable(words)}; ${state}`, { cause });
    this.newRoot = newRoot;
    this.notRestored = notRestored;
  }
}
