import { errorCode } from "@earlyboot/linux-syscalls";

import { C } from "./c-constants.ts";
import type { Kernel } from "./kernel.ts";

/** Whether a file is open under the number; fcntl(2) */
export function isOpen(kernel: Kernel, descriptor: number): boolean {
  try {
    kernel.call("fcntl", [descriptor, C.F_GETFD, 0]);
    return true;
  } catch (error) {
    if (errorCode(error) === "EBADF") return false;
    throw error;
  }
}
