import type { ExitStatus } from "../linux.ts";
import type { Ending } from "./ending.ts";
import type { Kernel } from "./kernel.ts";

/** The programs that run, the signals that are handled, and who waits for orphans. */
export interface ProcessWorld {
  readonly kernel: Kernel;
  readonly children: Map<number, RunningChild>;
  readonly handlers: Map<number, Set<() => void>>;
  readonly reapers: Set<(pid: number, status: ExitStatus) => void>;
  /** What goes to the console. */
  readonly print: (content: Uint8Array) => void;
  /** Called once, when the boot program ends. */
  readonly end: (ending: Ending) => void;
  nextPid: number;
}

interface RunningChild {
  readonly kill: (signal: number) => void;
}
