import type { Guest } from "../qemu/start-guest.ts";
import type { Ending } from "./boot-result.ts";

/** How long and for what a guest is watched. */
export interface WatchOptions {
  /** Seconds. */
  readonly limit: number;
  /** Go on after a login prompt, until the guest ends. */
  readonly stay: boolean;
  /** Aborts when the person has seen enough. */
  readonly signal: AbortSignal;
}

/** Waits until there is nothing more to see, and ends the guest. */
export async function watchGuest(
  guest: Guest,
  { limit, stay, signal }: WatchOptions,
): Promise<Ending> {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  void guest.exited.then(() => resolve("ended"));
  if (!stay) {
    void guest.console.expect(/^.*login: $/m, limit + 60).then(
      () => resolve("login"),
      () => {},
    );
  }
  const timer = setTimeout(() => resolve("limit"), limit * 1000);
  const stop = () => resolve("interrupted");
  signal.addEventListener("abort", stop);
  const ending = await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
  await guest.end();
  return ending;
}
