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
  /** Keeps time from passing while something is under way that is no part of the simulation. */
  hold<T>(work: Promise<T>): Promise<T>;
  /** Calls `notify` when somebody waits for what cannot come any more. */
  onStuck(notify: () => void): void;
  /** Stops time for good: nothing that is scheduled happens any more. */
  stop(): void;
}

interface Event {
  readonly at: number;
  readonly action: () => void;
}

/** How often nothing at all has to happen until those who wait are said to be stuck. */
const idleRounds = 10;

/** A {@link Clock} that shows `start` and, as the time of day, `realTime`. */
export function simulateClock(start: number, realTime: number): Clock {
  let time = start;
  let offset = realTime - start;
  let events: Event[] = [];
  let waits = 0;
  let held = 0;
  let activity = 0;
  let isRunning = false;
  let isStopped = false;
  const stuck = new Set<() => void>();

  function schedule(at: number, action: () => void): () => void {
    const event = { at: Math.max(at, time), action };
    const later = events.findIndex((other) => other.at > event.at);
    events.splice(later === -1 ? events.length : later, 0, event);
    return () => {
      events = events.filter((other) => other !== event);
    };
  }

  /** Lets time pass as long as somebody waits, each time after everything else has run. */
  async function run(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    let idle = 0;
    while (isAwaited() && idle < idleRounds) {
      const before = activity;
      await allElseRan();
      const isIdle = activity === before;
      if (isIdle && isAwaited() && events.length > 0) step();
      idle = isIdle && events.length === 0 ? idle + 1 : 0;
    }
    isRunning = false;
    if (isAwaited()) for (const notify of stuck) notify();
  }

  function isAwaited(): boolean {
    return waits > 0 && held === 0 && !isStopped;
  }

  async function hold<T>(work: Promise<T>): Promise<T> {
    held += 1;
    try {
      return await work;
    } finally {
      held -= 1;
      activity += 1;
      void run();
    }
  }

  function step(): void {
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
    hold,
    touch: () => {
      activity += 1;
    },
    onStuck: (notify) => {
      stuck.add(notify);
    },
    stop: () => {
      isStopped = true;
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
