import type { DeviceUse } from "./device-use.ts";
import type { FsckOutcome } from "./fsck-outcome.ts";

/** Why a check was not made. */
export type SkipReason = DeviceUse | "not-wanted" | "clean" | "only-on-demand" | "no-check-needed";

/** What came of a check, told apart by `outcome`. */
export type Finding =
  | {
      /** The program ended by itself. */
      readonly outcome: FsckOutcome;
      /** All that its status says, from good to bad. */
      readonly all: readonly FsckOutcome[];
      /** The program's own exit status. */
      readonly status: number;
      readonly program: string;
      readonly arguments: readonly string[];
      /** The end of what it printed. */
      readonly output: string;
    }
  | {
      /** A signal ended the program. */
      readonly outcome: "killed";
      readonly signal: number;
      readonly program: string;
      readonly arguments: readonly string[];
      readonly output: string;
    }
  | {
      /** The program is not there. */
      readonly outcome: "no-checker";
      readonly program: string;
    }
  | {
      /** Nothing was run. */
      readonly outcome: "skipped";
      readonly reason: SkipReason;
    };

/** A {@link Finding} about a device, with one line for people. */
export type CheckResult = Finding & {
  readonly device: string;
  readonly type: string;
  readonly message: string;
};
