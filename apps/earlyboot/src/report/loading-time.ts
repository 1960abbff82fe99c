import type { BootReport } from "@earlyboot/initrd-init";

/** How long the loading of modules took, in milliseconds. */
export interface LoadingTime {
  /** From the first that the kernel was asked to load until it was done with the last. */
  readonly all: number;
  /** For how much of this the kernel had at least one to load. */
  readonly kernel: number;
  /**
   * Of all calls together, each from when everything that the module needs was there until the boot program heard of
   * its end: what else ran on its processor meanwhile is in it.
   */
  readonly calls: number;
}

/** Tells how much of the time in which modules were loaded the kernel needed; `undefined` without modules. */
export function loadingTime(modules: BootReport["modules"]): LoadingTime | undefined {
  const loads = modules.filter(({ outcome }) => asked.includes(outcome));
  const [first, ...others] = loads.toSorted((a, b) => a.start - b.start);
  if (first === undefined) return undefined;
  let end = first.start + first.duration;
  let idle = 0;
  for (const { start, duration } of others) {
    idle += Math.max(0, start - end);
    end = Math.max(end, start + duration);
  }
  const calls = loads.reduce((sum, { duration }) => sum + duration, 0);
  return { all: end - first.start, kernel: end - first.start - idle, calls };
}

/** What becomes of modules that the kernel was asked to load. */
const asked: readonly string[] = ["loaded", "present", "no-device"];
