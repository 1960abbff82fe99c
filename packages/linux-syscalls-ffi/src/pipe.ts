import { closeSync } from "node:fs";

import { C } from "./c-constants.ts";
import type { Kernel } from "./kernel.ts";
import { runHandler } from "./run-handler.ts";

/** A pipe whose writing end is for another program. */
export interface Pipe {
  readonly writeEnd: number;
  /** Hands everything that comes to the receiver; resolves when all writers have closed. */
  readToEnd(): Promise<void>;
  /** Closes the reading end instead. */
  discard(): void;
}

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
    readToEnd() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const { Socket } = process.getBuiltinModule("node:net");
      const stream = new Socket({ fd: readEnd, readable: true, writable: false });
      stream.on("data", (chunk) => void runHandler(name, () => receive(new Uint8Array(chunk))));
      stream.on("error", () => undefined);
      stream.on("close", () => resolve());
      return promise;
    },
  };
}
