import { closeSync } from "node:fs";

import { C } from "./c-constants.ts";
import type { Kernel } from "./kernel.ts";

/**
 * Registers descriptors with a new io_uring(7), which execve(2) closes. The kernel takes a ring down by threads of its
 * own, so that these let go of the files, and free what was deleted, while the next program already runs. Gives
 * what undoes it; `undefined` where the kernel has no rings, or none for us.
 *
 * @throws SyscallError EBADF
 */
export function closeLater(kernel: Kernel, open: readonly number[]): (() => void) | undefined {
  for (const descriptor of open) {
    kernel.call("fcntl", [descriptor, C.F_GETFD, 0], { as: "execve" });
  }
  const ring = open.length === 0 ? undefined : openRing(kernel);
  if (ring === undefined) return undefined;
  try {
    const files = new Uint8Array(Int32Array.from(open).buffer);
    kernel.call("io_uring_register", [ring, C.IORING_REGISTER_FILES, files, open.length]);
  } catch {
    closeSync(ring);
    return undefined;
  }
  return () => closeSync(ring);
}

/** struct io_uring_params: all zeros, for a ring of the plainest kind. */
const parametersSize = 120;

function openRing(kernel: Kernel): number | undefined {
  try {
    return Number(kernel.call("io_uring_setup", [1, new Uint8Array(parametersSize)]));
  } catch {
    return undefined;
  }
}
