import { errorCode } from "@earlyboot/linux-syscalls";

/** What a {@link BootFailure} is made of. */
export interface BootFailureFields {
  /** What was attempted, as a verb with its object: `mount /dev/vda1 on /root`. */
  readonly operation: string;
  /** Why it failed, in the system's words. */
  readonly reason: string;
  /** What to try, one line each, the likeliest first. */
  readonly hints?: readonly string[];
  /** What was seen beside it, one line each. */
  readonly seen?: readonly string[];
  readonly cause?: unknown;
}

/** A step of the boot that failed, with what a person at the console needs to know about it. */
export class BootFailure extends Error {
  override readonly name: string = "BootFailure";
  readonly code = "EARLYBOOT_FAILURE";
  readonly operation: string;
  readonly reason: string;
  readonly hints: readonly string[];
  readonly seen: readonly string[];

  constructor({ operation, reason, hints = [], seen = [], cause }: BootFailureFields) {
    super(`${operation}: ${reason}`, { cause });
    this.operation = operation;
    this.reason = reason;
    this.hints = hints;
    this.seen = seen;
  }
}

/** Makes a failure of anything thrown; one that is a failure already stays as it is. */
export function asBootFailure(error: unknown, operation: string): BootFailure {
  if (isBootFailure(error)) return error;
  return new BootFailure({ operation, reason: messageOf(error), cause: error });
}

/** Whether something thrown is a {@link BootFailure}. */
export function isBootFailure(error: unknown): error is BootFailure {
  return errorCode(error) === "EARLYBOOT_FAILURE";
}

/** The message of anything thrown; never throws itself, since that would end PID 1. */
export function messageOf(error: unknown): string {
  try {
    const isError = typeof error === "object" && error !== null && "message" in error;
    return String(isError ? error.message : error);
  } catch {
    return "what was thrown has no text";
  }
}
