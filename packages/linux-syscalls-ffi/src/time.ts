import type { Time } from "@earlyboot/linux-syscalls";

import { C } from "./c-constants.ts";
import type { Kernel } from "./kernel.ts";
import { timespec } from "./layouts.ts";
import { makeStructure, readStructure } from "./structure.ts";
import { untilDone } from "./until-done.ts";

/** Clocks and waiting. */
export function timeCalls(kernel: Kernel): Time {
  let ahead: number | undefined;
  return {
    now() {
      // Node's clock is the kernel's monotonic one, and costs a tenth of a call of our own.
      ahead ??= sinceStart(kernel) - monotonic();
      return monotonic() + ahead;
    },
    realTime: () => Date.now(),
    async sleep(milliseconds, signal) {
      if (typeof milliseconds !== "number" || !(milliseconds >= 0)) {
        throw new RangeError("sleep: milliseconds is not a number from 0 on");
      }
      for (let left = milliseconds; ; left -= longestTimer) {
        await pause(Math.min(left, longestTimer), signal);
        if (left <= longestTimer) return;
      }
    },
  };
}

/** Milliseconds since the machine started, with those that it slept. */
function sinceStart(kernel: Kernel): number {
  const answer = makeStructure(timespec);
  kernel.call("clock_gettime", [C.CLOCK_BOOTTIME, answer]);
  const { seconds, nanoseconds } = readStructure(timespec, answer);
  return Number(seconds) * 1000 + Number(nanoseconds) / 1e6;
}

/** Milliseconds since the machine started, but for those that it slept. */
function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/** The longest wait that Node's timers keep. */
const longestTimer = 2 ** 31 - 1;

/** Resolves after `milliseconds`, unless `signal` aborts before. */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await untilDone("sleep", signal, (done) => {
    const timer = setTimeout(done, milliseconds);
    return () => clearTimeout(timer);
  });
}
