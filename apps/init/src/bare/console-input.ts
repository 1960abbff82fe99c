import { callAside, callC } from "./c-library.ts";

/** `struct pollfd`: a descriptor, and 16 bits each for what is asked and what came. */
const POLLIN = 1;

/** Reads what is typed at the console. */
export interface ConsoleInput {
  /** The next bytes; `undefined` once the console has ended. Rejects when `signal` aborts. */
  read(signal?: AbortSignal): Promise<Uint8Array | undefined>;
}

/**
 * Standard input. Waiting is left to a thread of the pool; it polls a pipe beside, so that it can be told
 * to leave off: a thread that went on would take what is typed to a program later.
 */
export const consoleInput: ConsoleInput = {
  async read(signal) {
    const ends = new Int32Array(2);
    callC("pipe2", new Uint8Array(ends.buffer), O_CLOEXEC);
    const [readEnd = -1, writeEnd = -1] = ends;
    const stop = () => void callC("write", writeEnd, Uint8Array.of(0), 1);
    if (signal?.aborted === true) stop();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      const words = Int32Array.of(0, POLLIN, readEnd, POLLIN);
      await callAside("poll", new Uint8Array(words.buffer), 2, -1);
      signal?.throwIfAborted();
      return readNow();
    } finally {
      signal?.removeEventListener("abort", stop);
      callC("close", readEnd);
      callC("close", writeEnd);
    }
  },
};

const O_CLOEXEC = 0o2000000;

function readNow(): Uint8Array | undefined {
  const room = new Uint8Array(4096);
  try {
    const count = callC("read", 0, room, room.length);
    return count === 0 ? undefined : room.subarray(0, count);
  } catch {
    // A console that vanishes.
    return undefined;
  }
}
