import type { Linux } from "@earlyboot/linux-syscalls";

/** Watches over something: calls `giveUp` when it takes too long, unless what it gives is called before. */
export type Watch = (giveUp: () => void) => () => void;

/** Makes a {@link Watch} that waits `patience` milliseconds, with one timer for all that it watches over. */
export function createWatch(linux: Pick<Linux, "now" | "sleep">, patience: number): Watch {
  const watched = new Set<{ readonly due: number; readonly giveUp: () => void }>();
  let timer: AbortController | undefined;

  /** Waits for one after the other: those that began later are due later. */
  async function run(signal: AbortSignal): Promise<void> {
    for (const one of watched) {
      await linux.sleep(Math.max(one.due - linux.now(), 0), signal);
      if (watched.delete(one)) one.giveUp();
    }
    timer = undefined;
  }

  return (giveUp) => {
    const one = { due: linux.now() + patience, giveUp };
    watched.add(one);
    if (timer === undefined) {
      timer = new AbortController();
      run(timer.signal).catch(() => {});
    }
    return () => {
      watched.delete(one);
      if (watched.size > 0) return;
      timer?.abort();
      timer = undefined;
    };
  };
}
