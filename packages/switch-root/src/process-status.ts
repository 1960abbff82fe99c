import type { Linux } from "@earlyboot/linux-syscalls";

/** What `/proc/PID/stat` tells about a process. */
export interface ProcessStatus {
  readonly pid: number;
  /** The name of its program, at most 15 bytes. */
  readonly name: string;
  /** A kernel thread: nothing that a signal ends. */
  readonly kernelThread: boolean;
  /** Ended, but not yet reaped. */
  readonly ended: boolean;
  /** When it began, in clock ticks since the machine started: tells two processes of one number apart. */
  readonly began: string;
}

/**
 * Reads the status of a process; see proc_pid_stat(5).
 *
 * @throws SyscallError ENOENT or ESRCH when there is none of that number.
 */
export function readProcessStatus(linux: Pick<Linux, "readText">, pid: number): ProcessStatus {
  const text = linux.readText(`/proc/${pid}/stat`);
  // The name stands in parentheses and may itself hold blanks and parentheses.
  const [open, close] = [text.indexOf("("), text.lastIndexOf(")")];
  const fields = text.slice(close + 2).split(" ");
  return {
    pid,
    name: text.slice(open + 1, close),
    kernelThread: (Number(fields[6]) & kernelThreadFlag) !== 0,
    ended: fields[0] === "Z" || fields[0] === "X",
    began: fields[19] ?? "",
  };
}

/** PF_KTHREAD of `<linux/sched.h>`. */
const kernelThreadFlag = 0x200000;
