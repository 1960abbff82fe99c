import type { FunctionName } from "./signatures.ts";

/** System calls that the C library does not offer, or not every one of its versions: x64, arm64. */
export const systemCallNumbers: Readonly<
  Partial<Record<FunctionName, readonly [x64: number, arm64: number]>>
> = {
  delete_module: [176, 106],
  finit_module: [313, 273],
  getdents64: [217, 61],
  init_module: [175, 105],
  io_uring_register: [427, 427],
  io_uring_setup: [425, 425],
  mknodat: [259, 33],
  pivot_root: [155, 41],
  sync: [162, 81],
};

/**
 * The number under which syscall(2) makes the call on this machine; `undefined` for a function of
 * the C library.
 */
export function systemCallNumber(name: FunctionName): number | undefined {
  return systemCallNumbers[name]?.[process.arch === "arm64" ? 1 : 0];
}
