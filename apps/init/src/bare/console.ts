import { callC } from "./c-library.ts";
import type { Scripts } from "./scripts.ts";

/** What programs write with, besides the boot's own log. */
export type Console = Record<
  "debug" | "error" | "info" | "log" | "warn",
  (...values: readonly unknown[]) => void
>;

/** A `console` on the standard streams, which shows other values than text as the REPL does. */
export function consoleOn(scripts: Scripts): Console {
  const to =
    (descriptor: number) =>
    (...values: readonly unknown[]) => {
      const words = values.map((value) =>
        typeof value === "string" ? value : scripts.later().inspect(value),
      );
      writeAll(descriptor, `${words.join(" ")}\n`);
    };
  const [out, failures] = [to(1), to(2)];
  return { debug: out, info: out, log: out, warn: failures, error: failures };
}

/** Never throws: a console that vanished, or that takes nothing more, must not stop the boot. */
export function writeAll(descriptor: number, text: string): void {
  let rest: Uint8Array = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(callC("write", descriptor, rest, rest.length));
  } catch {
    // As said above.
  }
}
