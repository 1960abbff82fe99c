/** Simulated time: it stands still while code runs, and jumps to the next event when all code waits. */
export interface Clock {
  /** Milliseconds since the simulated machine started. */
  now(): number;
  /** Milliseconds since the epoch. */
  realTime(): number;
  /** Makes `realTime` jump; `now` goes on as it was. */
  setRealTime(milliseconds: number): void;
  /** Runs `action` at the time `at`, or as the next thing when that has passed. Gives its cancellation. */
  schedule(at: number, action: () => void): () => void;
  /** Waits until `begin` calls `done`; the signal, when it aborts, ends the wait by rejecting. */
  wait<T>(begin: (done: (value: T) => void) => () => void, signal?: AbortSignal): Promise<T>;
  /** Tells that code is running, so that time has to stand still. */
  touch(): void;
  /** Stops time for good: nothing that is scheduled happens any more. */
  stop(): void;
}

interface Event {
  readonly at: number;
  readonly action: () => void;
}

/** A {@link Clock} that shows `start` and, as the time of day, `realTime`. */
export function simulateClock(start: number, realTime: number): Clock {
  let time = start;
  let offset = realTime - start;
  let events: Event[] = [];
  let waits = 0;
  let activity = 0;
  let running = false;
  let stopped = false;

  function schedule(at: number, action: () => void): () => void {
    const event = { at: Math.max(at, time), action };
    const later = events.findIndex((other) => other.at > event.at);
    events.splice(later === -1 ? events.length : later, 0, event);
    return () => {
      events = events.filter((other) => other !== event);
    };
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    while (waits > 0 && events.length > 0 && !stopped) {
      const before = activity;
      await allElseRan();
      if (activity === before) step();
    }
    running = false;
  }

  function step(): void {
    if (waits === 0 || stopped) return;
    const event = events.shift();
    if (event === undefined) return;
    time = event.at;
    event.action();
  }

  function wait<T>(begin: (done: (value: T) => void) => () => void, signal?: AbortSignal) {
    if (signal?.aborted) return Promise.reject<T>(signal.reason);
    return new Promise<T>((resolve, reject) => {
      let isSettled = false;
      const settle = (how: () => void): void => {
        if (isSettled) return;
        isSettled = true;
        waits -= 1;
        activity += 1;
        signal?.removeEventListener("abort", abort);
        how();
      };
      const abort = (): void => {
        cancel();
        settle(() => reject(signal?.reason));
      };
      waits += 1;
      const cancel = begin((value) => settle(() => resolve(value)));
      if (!isSettled) signal?.addEventListener("abort", abort);
      void run();
    });
  }

  return {
    now: () => time,
    realTime: () => time + offset,
    setRealTime: (milliseconds) => {
      offset = milliseconds - time;
    },
    schedule: (at, action) => {
      const cancel = schedule(at, action);
      void run();
      return cancel;
    },
    wait,
    touch: () => {
      activity += 1;
    },
    stop: () => {
      stopped = true;
      events = [];
    },
  };
}

/**
 * Resolves after everything that can run now has run: a message comes only once every promise that
 * was ready has been dealt with.
 */
function allElseRan(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.once("message", () => {
      port1.close();
      resolve();
    });
    port2.postMessage(null);
  });
}
