import { type Linux, RebootCommand, printable } from "@earlyboot/linux-syscalls";
import { askForRepl } from "./ask-password.ts";
import type { FailureAction, ReplConfiguration } from "./boot-configuration.ts";
import { messageOf } from "./boot-failure.ts";
import { drainConsole } from "./take-console.ts";
import type { BootUi } from "./boot-ui.ts";

/** What {@link runFailurePolicy} needs to know. */
export interface FailurePolicy {
  /** What was asked for; `undefined`: the REPL where it is open to everybody, otherwise a reboot. */
  readonly action: FailureAction | undefined;
  /** The kernel's `panic=`: seconds; 0 waits for ever, negative acts at once. */
  readonly panic: number | undefined;
  readonly repl: ReplConfiguration;
  /** Opens the REPL; settles when it is left. */
  readonly openRepl: () => Promise<void>;
  /** Waits for what must not be cut off: a checker that is running. */
  readonly beforeEnd?: () => Promise<void>;
}

/** The part of Linux that the failure policy needs. */
export type FailurePolicyLinux = Pick<Linux, "pendingOutput" | "reboot" | "sync" | "sleep" | "now">;

/** The part of the user interface that the failure policy needs. */
export type FailurePolicyUi = Pick<
  BootUi,
  "interactive" | "write" | "nextKey" | "readSecret" | "passwordFits" | "exit"
>;

/** Seconds to read the screen in, where `panic=` does not say how many. */
const readingTime = 10;

/**
 * Does what is to be done after a failure: opens the REPL, or counts down to a reboot, power-off,
 * halt or kernel panic. A key stops the count-down and opens the REPL where the lock-down lets it.
 *
 * Returns when the REPL was left, to go on with the boot; otherwise the machine ends.
 */
export async function runFailurePolicy(
  linux: FailurePolicyLinux,
  ui: FailurePolicyUi,
  policy: FailurePolicy,
): Promise<void> {
  const possible = policy.repl.access !== "off" && ui.interactive();
  const wanted = policy.action ?? (policy.repl.access === "open" ? "repl" : "reboot");
  const action = wanted === "repl" ? "reboot" : wanted;
  const atOnce = wanted === "repl" && possible && (policy.panic ?? 0) === 0;
  if (atOnce && (await useRepl(ui, policy))) return;
  // Who could not use it now gets no further chance.
  const key = await countDown(linux, ui, action, policy.panic, possible && !atOnce);
  if (key && (await useRepl(ui, policy))) return;
  if (key) await countDown(linux, ui, action, policy.panic, false);
  await policy.beforeEnd?.();
  return await endMachine(linux, ui, action);
}

/** Opens the REPL to whoever may use it; false where that was nobody, or the console broke down. */
async function useRepl(ui: FailurePolicyUi, { repl, openRepl }: FailurePolicy): Promise<boolean> {
  try {
    if ((await askForRepl(ui, repl)) !== "granted") return false;
    await openRepl();
    return true;
  } catch (error) {
    ui.write(`The REPL cannot be used: ${printable(messageOf(error))}\n`);
    return false;
  }
}

const verbs: Readonly<Record<Exclude<FailureAction, "repl">, string>> = {
  reboot: "Rebooting",
  poweroff: "Powering off",
  halt: "Halting",
  panic: "Panicking",
};

/** Waits as long as `panic` says; true when a key stopped it. */
async function countDown(
  linux: FailurePolicyLinux,
  ui: FailurePolicyUi,
  action: Exclude<FailureAction, "repl">,
  panic: number | undefined,
  stoppable: boolean,
): Promise<boolean> {
  const seconds = panic ?? readingTime;
  if (seconds < 0) return false;
  const stop = new AbortController();
  const key = stoppable ? pressed(ui, stop.signal) : never;
  const hint = stoppable ? "; press a key to stop" : "";
  try {
    if (seconds === 0) {
      ui.write(`Waiting for ever (panic=0)${stoppable ? "; press a key for the REPL" : ""}.\n`);
      return await Promise.race([key, waitForEver(linux, stop.signal)]);
    }
    const show = (left: number) => ui.write(`\r${verbs[action]} in ${left} s${hint}. `);
    return await Promise.race([key, elapse(linux, seconds, show, stop.signal)]);
  } finally {
    ui.write("\n");
    stop.abort();
  }
}

/** Shows each second that is left. */
async function elapse(
  linux: FailurePolicyLinux,
  seconds: number,
  show: (left: number) => void,
  signal: AbortSignal,
): Promise<false> {
  for (let left = seconds; left > 0; left--) {
    show(left);
    await linux.sleep(1000, signal);
  }
  return false;
}

const never: Promise<boolean> = new Promise(() => {});

async function pressed(ui: FailurePolicyUi, signal: AbortSignal): Promise<boolean> {
  try {
    return (await ui.nextKey(signal)) === undefined ? await never : true;
  } catch {
    return await never;
  }
}

const anHour = 3_600_000;

/** Keeps PID 1 alive; only a key, a signal or the power button ends it. */
async function waitForEver(linux: FailurePolicyLinux, signal: AbortSignal): Promise<boolean> {
  try {
    while (!signal.aborted) await linux.sleep(anHour, signal);
  } catch {
    // Somebody pressed a key.
  }
  return await never;
}

/** Ends the machine. Where reboot(2) fails, PID 1 ends, and the kernel panics. */
async function endMachine(
  linux: FailurePolicyLinux,
  ui: FailurePolicyUi,
  action: Exclude<FailureAction, "repl">,
): Promise<never> {
  await drainConsole(linux);
  linux.sync();
  if (action === "panic") return ui.exit(1);
  try {
    linux.reboot(commands[action]);
    // reboot(2) returns while the machine is still going down, and in a simulation.
    return await linux.sleep(anHour).then(() => ui.exit(1));
  } catch {
    return ui.exit(1);
  }
}

const commands = {
  reboot: RebootCommand.Restart,
  poweroff: RebootCommand.PowerOff,
  halt: RebootCommand.Halt,
} as const;
