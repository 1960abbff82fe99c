import type { TerminalMode } from "../linux.ts";
import { fail } from "./kernel-fault.ts";

/** What is behind a character device's node. */
export interface CharacterDevice {
  /** Up to `length` bytes; none at the end. */
  readonly read: (length: number) => Uint8Array;
  readonly write: (content: Uint8Array) => void;
  /** There for a terminal. */
  readonly terminal?: Terminal;
}

/** What a terminal remembers. */
export interface Terminal {
  mode: TerminalMode;
  readonly columns: number;
  readonly rows: number;
}

const nothing = new Uint8Array();

/** `/dev/null` */
export const nullDevice: CharacterDevice = { read: () => nothing, write: () => undefined };

/** `/dev/zero` */
export const zeroDevice: CharacterDevice = {
  read: (length) => new Uint8Array(length),
  write: () => undefined,
};

/** `/dev/full` */
export const fullDevice: CharacterDevice = {
  read: (length) => new Uint8Array(length),
  write: () => fail("ENOSPC", "write"),
};

/** `/dev/urandom`, whose bytes are the same in each run, so that tests are. */
export function randomDevice(): CharacterDevice {
  let state = 0x2545f491;
  function next(): number {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  }
  return { read: (length) => Uint8Array.from({ length }, next), write: () => undefined };
}

/** A terminal, whose input is what `input` yields, and whose output goes to `output`. */
export function terminalDevice(
  input: (length: number) => Uint8Array,
  output: (content: Uint8Array) => void,
  size: { readonly columns: number; readonly rows: number },
): CharacterDevice {
  const mode = { echo: true, lines: true, signals: true };
  return { read: input, write: output, terminal: { mode, ...size } };
}
