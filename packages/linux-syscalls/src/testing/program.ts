import type { ExitStatus } from "../linux.ts";

/** What a program that is run knows and can do. */
export interface RunningProgram {
  readonly pid: number;
  readonly path: string;
  /** With the program's own name first. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Aborts when the program is killed; its reason is the signal's number. */
  readonly killed: AbortSignal;
  /** Writes to its standard output. */
  readonly writeOutput: (content: string | Uint8Array) => void;
  /** Writes to its standard error. */
  readonly writeError: (content: string | Uint8Array) => void;
  /** Writes to descriptor 3, as `fsck -C 3` does. */
  readonly writeProgress: (content: string | Uint8Array) => void;
  /** Lets simulated time pass. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** What a program does, as data. */
export interface ProgramOutcome {
  /** The exit status; default 0. */
  readonly status?: number;
  /** The signal that ends it instead. */
  readonly signal?: number;
  readonly output?: string;
  readonly errorOutput?: string;
  /** What it writes to descriptor 3. */
  readonly progress?: string;
  /** How long it runs, in simulated milliseconds; default 0. `Infinity`: until it is killed. */
  readonly takes?: number;
}

/** What a program does, as a function: it gives its exit status, or a whole {@link ExitStatus}. */
export type ProgramFunction = (
  run: RunningProgram,
) => number | ExitStatus | void | Promise<number | ExitStatus | void>;

/** What a simulated program does. */
export type Program = ProgramOutcome | ProgramFunction;
