import type { GuestConsole } from "../qemu/guest-console.ts";

/** The person at this terminal. */
export interface Keyboard {
  /** Aborts when the person presses Ctrl-C, or this process is asked to end. */
  readonly interrupted: AbortSignal;
  close(): void;
}

/** Lets a person type into the guest, where there is a person. */
export function connectKeyboard(guest: Pick<GuestConsole, "type">): Keyboard {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  for (const signal of endingSignals) process.on(signal, interrupt);
  const { stdin } = process;
  const onData = (keys: Buffer) => {
    if (keys.includes(controlC)) interrupt();
    else guest.type(keys.toString());
  };
  if (stdin.isTTY) stdin.setRawMode(true).on("data", onData);
  return {
    interrupted: controller.signal,
    close() {
      for (const signal of endingSignals) process.off(signal, interrupt);
      if (stdin.isTTY) stdin.setRawMode(false).off("data", onData).pause();
    },
  };
}

const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const controlC = 3;
