import { closeSync } from "node:fs";

import { C } from "./c-constants.ts";
import type { Kernel } from "./kernel.ts";
import { runHandler } from "./run-handler.ts";

/** A pipe whose writing end is for another program. */
export interface Pipe {
  readonly writeEnd: number;
  /**
   * Hands everything that comes to the receiver; resolves when all writers have closed. Once the program
   * has `ended`, a process that it left behind may never do so: then that is over when nothing comes for
   * {@link patience}.
   */
  readToEnd(ended: Promise<unknown>): Promise<void>;
  /** Closes the reading end instead. */
  discard(): void;
}

/** In milliseconds. */
const patience = 2000;

/** pipe(2); `name` is what the receiver is called when it throws. */
export function openPipe(
  kernel: Kernel,
  name: string,
  receive: (chunk: Uint8Array) => unknown,
): Pipe {
  const ends = new Int32Array(2);
  kernel.call("pipe2", [new Uint8Array(ends.buffer), C.O_CLOEXEC]);
  const [readEnd = -1, writeEnd = -1] = ends;
  return {
    writeEnd,
    discard: () => closeSync(readEnd),
    async readToEnd(ended) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const { Socket } = process.getBuiltinModule("node:net");
      const stream = new Socket({ fd: readEnd, readable: true, writable: false });
      let chunks = 0;
      stream.on("data", (chunk) => {
        chunks++;
        void runHandler(name, () => receive(new Uint8Array(chunk)));
      });
      stream.on("error", () => undefined);
      stream.on("close", () => resolve());
      const stopWaiting = onceQuiet(
        ended,
        () => chunks,
        () => stream.destroy(),
      );
      await promise;
      stopWaiting();
    },
  };
}

/**
 * Calls `stop` when something has ended, and then the count does not grow for {@link patience}. Gives a
 * function that keeps it from that.
 */
function onceQuiet(ended: Promise<unknown>, count: () => number, stop: () => void): () => void {
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watch = () => {
    const before = count();
    timer = setTimeout(() => {
      // What has come while this process was busy is read before this is called.
      setImmediate(() => {
        if (isOver) return;
        if (count() === before) stop();
        else watch();
      });
    }, patience);
  };
  void ended.finally(() => {
    if (!isOver) watch();
  });
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
