import { type Linux, errorCode } from "@earlyboot/linux-syscalls";

/** The part of Linux that opening the console needs. */
export type ConsoleLinux = Pick<Linux, "open" | "dup2" | "close">;

/**
 * Puts the standard streams on `/dev/console`. False when the machine has none: then they stay as
 * they are, and what is written to them goes nowhere.
 */
export function openConsole(linux: ConsoleLinux): boolean {
  let descriptor: number;
  try {
    descriptor = linux.open("/dev/console", { access: "read-write", noControllingTerminal: true });
  } catch {
    return false;
  }
  for (const stream of [0, 1, 2]) {
    if (stream !== descriptor) linux.dup2(descriptor, stream);
  }
  if (descriptor > 2) linux.close(descriptor);
  return true;
}

/** The part of Linux that taking the console's terminal needs. */
export type TerminalLinux = Pick<
  Linux,
  "setsid" | "setControllingTerminal" | "dropControllingTerminal"
>;

/**
 * Makes the console the controlling terminal, so that Ctrl-C and job control work. Does nothing
 * where that cannot be: a boot that offers a REPL without Ctrl-C is better than none.
 */
export function takeTerminal(linux: TerminalLinux): void {
  try {
    linux.setsid();
  } catch (error) {
    if (errorCode(error) !== "EPERM") throw error;
    // EPERM: this process leads a session already.
  }
  try {
    linux.setControllingTerminal(0);
  } catch {
    // The console is not a terminal, or it belongs to another session.
  }
}

/** How long the console may take to send what is left, in milliseconds: a screen over a slow line. */
const patience = 3000;

/**
 * Waits until the console has sent everything: a serial line is slow, and a machine that is switched off
 * would lose the end of the failure screen. Waits no longer than {@link patience}, since a line that is
 * held up would hold up the machine.
 */
export async function drainConsole(linux: Pick<Linux, "pendingOutput" | "sleep">): Promise<void> {
  try {
    // The kernel tells nobody when a line is empty.
    for (let waited = 0; waited < patience && linux.pendingOutput(1) > 0; waited += 10) {
      await linux.sleep(10);
    }
  } catch {
    // The console is no terminal.
  }
}

/**
 * Gives the console's terminal up again: otherwise Ctrl-C would restart a machine that boots on, and
 * the real init's own log-in programs could not take it.
 */
export function leaveTerminal(linux: TerminalLinux): void {
  try {
    linux.dropControllingTerminal(0);
  } catch {
    // It is not ours: the console is no terminal, or it has vanished.
  }
}
