import { nativePart } from "./core.ts";

/** The native part of `bare-hrtime`. */
interface NativeClock {
  hrtime(): bigint;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the pinned version of Bare
const native = nativePart("bare-hrtime") as NativeClock;

/** Nanoseconds of a clock that nobody sets: CLOCK_MONOTONIC of clock_gettime(2). */
export function monotonic(): bigint {
  return native.hrtime();
}
