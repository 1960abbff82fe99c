import { printable } from "@earlyboot/linux-syscalls";

/** Says that the root was not switched, and every reason why not. Nothing has been touched. */
export class SwitchRootRefusedError extends Error {
  override readonly name: string = "SwitchRootRefusedError";
  readonly code = "ERR_SWITCH_ROOT_REFUSED";
  /** What was to become the root. */
  readonly newRoot: string;
  /** What `checkSwitchRoot` found; never empty. */
  readonly reasons: readonly string[];

  constructor(newRoot: string, reasons: readonly string[]) {
    const list = reasons.map((reason) => `\n- ${reason}`).join("");
    super(`refused to make ${printable(newRoot)} the root; nothing was changed:${list}`);
    this.newRoot = newRoot;
    this.reasons = reasons;
  }
}
