import { type CharacterDevice, terminalDevice } from "./character-device.ts";
import type { Clock } from "./clock.ts";
import { fail } from "./kernel-fault.ts";
import type { ConsoleDescription } from "./simulation-options.ts";

/** The console of a simulated machine, on both sides. */
export interface SimulatedConsole {
  readonly device: CharacterDevice;
  /** What was written to it, in bytes. */
  readonly printed: number[];
  readonly print: (content: Uint8Array) => void;
  readonly type: (text: string) => void;
}

/** A console on which nobody types but as described. A read that finds nothing typed gives EAGAIN. */
export function simulateConsole(clock: Clock, description: ConsoleDescription): SimulatedConsole {
  const { input = [], columns = 80, rows = 25 } = description;
  const typed: number[] = [];
  const printed: number[] = [];
  const type = (text: string): void => {
    typed.push(...new TextEncoder().encode(text));
  };
  const print = (content: Uint8Array): void => void printed.push(...content);
  for (const { at, text } of input) clock.schedule(at, () => type(text));
  const read = (length: number): Uint8Array => {
    if (typed.length === 0) fail("EAGAIN", "read");
    return Uint8Array.from(typed.splice(0, length));
  };
  return { device: terminalDevice(read, print, { columns, rows }), printed, print, type };
}
