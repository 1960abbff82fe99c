import { printable } from "@earlyboot/linux-syscalls";

import { kernelMessages, type LogLinux } from "./kernel-messages.ts";

/**
 * The last line of the kernel's log that begins with `subject:`; `undefined` where there is none, or where
 * the log cannot be read.
 */
export function lastKernelMessage(linux: LogLinux, subject: string): string | undefined {
  let last: string | undefined;
  for (const message of kernelMessages(linux)) {
    if (message.startsWith(`${subject}: `)) last = message;
  }
  return last === undefined ? undefined : printable(last);
}
