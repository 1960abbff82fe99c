import type { Time } from "../linux.ts";
import type { Clock } from "./clock.ts";

/** The calls of {@link Time}. */
export function timeCalls(clock: Clock): Time {
  return {
    now: () => clock.now(),
    realTime: () => clock.realTime(),
    sleep: (milliseconds, signal) =>
      clock.wait<void>(
        (done) => clock.schedule(clock.now() + Math.max(0, milliseconds), done),
        signal,
      ),
  };
}
