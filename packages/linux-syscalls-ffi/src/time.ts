import type { Time } from "@earlyboot/linux-syscalls";

import { abortSignal } from "./arguments.ts";
import type { Kernel } from "./kernel.ts";
import { timespec } from "./layouts.ts";
import { makeStructure, readStructure } from "./structure.ts";

/** CLOCK_BOOTTIME, from `<linux/time.h>` */
const bootTime = 7;

/** Clocks and waiting. */
export function timeCalls(kernel: Kernel): Time {
  return {
    now() {
      const answer = makeStructure(timespec);
      kernel.call("clock_gettime", [bootTime, answer]);
      const { seconds, nanoseconds } = readStructure(timespec, answer);
      return Number(seconds) * 1000 + Number(nanoseconds) / 1e6;
    },
    realTime: () => Date.now(),
    async sleep(milliseconds, signal) {
      if (typeof milliseconds !== "number" || !(milliseconds >= 0)) {
        throw new RangeError("sleep: milliseconds is not a number from 0 on");
      }
      const abort = abortSignal("sleep", signal);
      for (let left = milliseconds; left > 0; left -= longestTimer) {
        abort?.throwIfAborted();
        await pause(Math.min(left, longestTimer), abort);
      }
      abort?.throwIfAborted();
    },
  };
}

/** The longest wait that Node's timers keep. */
const longestTimer = 2 ** 31 - 1;

/** Resolves after `milliseconds`, or as soon as `signal` aborts. */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  const wake = () => resolve();
  signal?.addEventListener("abort", wake);
  await promise;
  clearTimeout(timer);
  signal?.removeEventListener("abort", wake);
}
