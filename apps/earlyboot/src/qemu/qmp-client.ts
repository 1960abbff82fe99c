import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";

/** A connection to QEMU's monitor; see the QEMU Machine Protocol. */
export interface QmpClient {
  /** Runs a command and gives what it returns. @throws Error with QEMU's own words. */
  execute(command: string, parameters?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

interface QmpAnswer {
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

/** Negotiates with the monitor at the other end of `socket`. */
export async function openQmp(socket: Duplex): Promise<QmpClient> {
  const waiting = new Map<number, (answer: QmpAnswer) => void>();
  let last = 0;
  let closed = false;

  const settle = (answer: QmpAnswer) => {
    if (answer.id === undefined) return;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  };
  const end = () => {
    closed = true;
    for (const id of waiting.keys()) settle({ id, error: { desc: "QEMU has ended" } });
  };
  const lines = createInterface({ input: socket });
  lines.on("line", (line) => settle(JSON.parse(line)));
  lines.once("error", end);
  lines.once("close", end);

  const execute: QmpClient["execute"] = (command, parameters = {}) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ error, return: value }) =>
        error ? reject(new Error(`QEMU refused ${command}: ${error.desc}`)) : resolve(value),
      );
      if (closed) end();
      else socket.write(`${JSON.stringify({ execute: command, arguments: parameters, id })}\n`);
    });
  await execute("qmp_capabilities");
  return { execute };
}
