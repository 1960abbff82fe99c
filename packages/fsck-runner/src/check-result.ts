import type { DeviceUse } from "./device-use.ts";
import type { FsckOutcome } from "./fsck-outcome.ts";

/** Why a check was not made. */
export type SkipReason =
  | DeviceUse
  | "not-wanted"
  | "clean"
  | "only-on-demand"
  | "no-check-needed"
  | "would-write"
  | "log-not-replayed";

/** A program that was run. */
export interface CheckerRun {
  readonly program: string;
  readonly arguments: readonly string[];
  /** The end of what it printed, to both streams. */
  readonly output: string;
  /** The end of what it printed to standard error alone. */
  readonly errorOutput: string;
}

/** What came of a check, told apart by `outcome`. */
export type Finding =
  | (CheckerRun & {
      /** The program ended by itself. */
      readonly outcome: FsckOutcome;
      /** All that its status says, from good to bad. */
      readonly all: readonly FsckOutcome[];
      /** The program's own exit status. */
      readonly status: number;
    })
  | (CheckerRun & {
      /** A signal ended the program. */
      readonly outcome: "killed";
      readonly signal: number;
    })
  | {
      /** The program is not there. */
      readonly outcome: "no-checker";
      readonly program: string;
    }
  | {
      /** Nothing was run; or, with `log-not-replayed`, what was run could tell nothing. */
      readonly outcome: "skipped";
      readonly reason: SkipReason;
    };

/** A {@link Finding} about a device, with one line for people. */
export type CheckResult = Finding & {
  readonly device: string;
  readonly type: string;
  readonly message: string;
};
