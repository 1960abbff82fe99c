import { monotonic } from "./clock.ts";
import { nativePart } from "./core.ts";

/** The native part of `bare-timers`: one timer of the event loop, and one turn of it. */
interface NativeTimers {
  init(self: object, onTimeout: () => void, onImmediate: () => void): object;
  ref(handle: object): void;
  unref(handle: object): void;
  timeout(handle: object, milliseconds: number): void;
  immediate(handle: object): void;
}

type Callback = (...args: readonly unknown[]) => void;

interface Task {
  /** In milliseconds of a clock that nobody sets. */
  due: number;
  readonly interval: number | undefined;
  readonly run: () => void;
}

/** The longest wait that Node's timers keep. */
const longestWait = 2 ** 31 - 1;

/**
 * Gives the program `setTimeout` and its kin. Bare's own go by the clock on the wall, which may be set
 * during a boot.
 */
export function installTimers(): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the pinned version of Bare
  const native = nativePart("bare-timers") as NativeTimers;
  const waiting = new Set<Task>();
  let soon: (() => void)[] = [];
  const handle = native.init({}, runDue, runSoon);

  /** The event loop runs on while there is something to do. */
  function update(): void {
    if (waiting.size + soon.length > 0) native.ref(handle);
    else native.unref(handle);
    if (waiting.size === 0) return;
    const first = Math.min(...Array.from(waiting, ({ due }) => due));
    native.timeout(handle, Math.min(longestWait, Math.max(0, Math.ceil(first - now()))));
  }

  function runDue(): void {
    try {
      for (const task of [...waiting].toSorted((one, other) => one.due - other.due)) {
        if (!waiting.has(task) || task.due > now()) continue;
        if (task.interval === undefined) waiting.delete(task);
        else task.due = now() + task.interval;
        task.run();
      }
    } finally {
      update();
    }
  }

  function runSoon(): void {
    const turn = soon;
    soon = [];
    try {
      while (turn.length > 0) turn.shift()?.();
    } finally {
      // What one that threw has left.
      soon.unshift(...turn);
      if (soon.length > 0) native.immediate(handle);
      update();
    }
  }

  function start(run: Callback, milliseconds: number, repeat: boolean, args: readonly unknown[]) {
    const delay = Math.min(longestWait, milliseconds >= 1 ? milliseconds : 1);
    const task: Task = {
      due: now() + delay,
      interval: repeat ? delay : undefined,
      run: () => run(...args),
    };
    waiting.add(task);
    update();
    return task;
  }

  function stop(task: Task | undefined): void {
    if (task !== undefined && waiting.delete(task)) update();
  }

  Object.assign(globalThis, {
    setTimeout: (run: Callback, milliseconds: number, ...args: readonly unknown[]) =>
      start(run, milliseconds, false, args),
    setInterval: (run: Callback, milliseconds: number, ...args: readonly unknown[]) =>
      start(run, milliseconds, true, args),
    clearTimeout: stop,
    clearInterval: stop,
    setImmediate(run: Callback, ...args: readonly unknown[]) {
      soon.push(() => run(...args));
      native.immediate(handle);
      update();
    },
    queueMicrotask(run: () => void) {
      void Promise.resolve().then(run);
    },
  });
}

function now(): number {
  return Number(monotonic()) / 1e6;
}
