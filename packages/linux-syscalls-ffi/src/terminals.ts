import type { Processes, TerminalMode } from "@earlyboot/linux-syscalls";

import { descriptor, fields, flag } from "./arguments.ts";
import { C } from "./c-constants.ts";
import type { Kernel } from "./kernel.ts";
import { signalAction, termios, windowSize } from "./layouts.ts";
import { makeStructure, readStructure, writeStructure } from "./structure.ts";

const modeBits = { signals: C.ISIG, lines: C.ICANON, echo: C.ECHO } as const;

type TerminalCalls = Pick<
  Processes,
  | "dropControllingTerminal"
  | "pendingOutput"
  | "setControllingTerminal"
  | "setTerminalMode"
  | "terminalMode"
  | "terminalSize"
>;

/** Terminals; ioctl_tty(2). */
export function terminalCalls(kernel: Kernel): TerminalCalls {
  function readMode(open: number): Uint8Array {
    const mode = makeStructure(termios);
    kernel.call("ioctl", [open, C.TCGETS, mode]);
    return mode;
  }

  return {
    setControllingTerminal(open) {
      const number = descriptor("ioctl", "descriptor", open);
      kernel.call("ioctl", [number, C.TIOCSCTTY, null]);
    },
    dropControllingTerminal(open) {
      const number = descriptor("ioctl", "descriptor", open);
      ignoringHangup(kernel, () => kernel.call("ioctl", [number, C.TIOCNOTTY, null]));
    },
    terminalMode(open) {
      const { localFlags } = readStructure(
        termios,
        readMode(descriptor("ioctl", "descriptor", open)),
      );
      return {
        echo: (localFlags & modeBits.echo) !== 0,
        lines: (localFlags & modeBits.lines) !== 0,
        signals: (localFlags & modeBits.signals) !== 0,
      };
    },
    setTerminalMode(open, mode) {
      const number = descriptor("ioctl", "descriptor", open);
      const wanted = checkMode(mode);
      const state = readMode(number);
      writeStructure(termios, state, {
        localFlags: changed(readStructure(termios, state).localFlags, wanted),
      });
      kernel.call("ioctl", [number, C.TCSETS, state]);
    },
    terminalSize(open) {
      const size = makeStructure(windowSize);
      const number = descriptor("ioctl", "descriptor", open);
      kernel.call("ioctl", [number, C.TIOCGWINSZ, size]);
      const { rows, columns } = readStructure(windowSize, size);
      return { columns, rows };
    },
    pendingOutput(open) {
      const pending = new Int32Array(1);
      const number = descriptor("ioctl", "descriptor", open);
      kernel.call("ioctl", [number, C.TIOCOUTQ, new Uint8Array(pending.buffer)]);
      return pending[0] ?? 0;
    },
  };
}

/** The fields that are to change, each read once. */
function checkMode(mode: Partial<TerminalMode>): Partial<TerminalMode> {
  const { echo, lines, signals } = fields("ioctl", "mode", mode);
  return {
    ...(echo === undefined ? {} : { echo: flag("ioctl", "echo", echo) }),
    ...(lines === undefined ? {} : { lines: flag("ioctl", "lines", lines) }),
    ...(signals === undefined ? {} : { signals: flag("ioctl", "signals", signals) }),
  };
}

function changed(flags: number, mode: Partial<TerminalMode>): number {
  let changedFlags = flags;
  for (const name of ["echo", "lines", "signals"] as const) {
    if (mode[name] === true) changedFlags |= modeBits[name];
    if (mode[name] === false) changedFlags &= ~modeBits[name];
  }
  return changedFlags;
}

/** A leader of a session who drops its terminal is sent SIGHUP, and would die of it. */
function ignoringHangup(kernel: Kernel, run: () => void): void {
  const before = makeStructure(signalAction);
  kernel.call("sigaction", [
    C.SIGHUP,
    makeStructure(signalAction, { handler: BigInt(C.SIG_IGN) }),
    before,
  ]);
  try {
    run();
  } finally {
    kernel.call("sigaction", [C.SIGHUP, before, null]);
  }
}
