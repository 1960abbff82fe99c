import { parseCommandLine, readCommandLine } from "@earlyboot/cmdline";
import { type Linux, RebootCommand, Signal } from "@earlyboot/linux-syscalls";
import type { BreakPoint } from "./boot-configuration.ts";
import { BootFailure, asBootFailure, isBootFailure, messageOf } from "./boot-failure.ts";
import { readMemory, writeBootReport } from "./boot-recorder.ts";
import type { LoadedConfiguration } from "./read-configuration.ts";
import { readBootSettings } from "./boot-settings.ts";
import type { BootUi } from "./boot-ui.ts";
import { type Boot, beginBoot, warn } from "./boot.ts";
import { failBoot } from "./fail-boot.ts";
import { type Hooks, loadHooks, runHook } from "./hooks.ts";
import { stopChecks } from "./check-device.ts";
import { describeSettings, formatSetting } from "./describe-settings.ts";
import { programFailure } from "./hand-over.ts";
import { openRepl } from "./open-repl.ts";
import * as stage from "./stages.ts";

/** A step of the boot. */
interface Stage {
  readonly name: string;
  /** What it does, as a verb with its object: the operation of its failure. */
  readonly title: string;
  /** The name by which `earlyboot.break=` stops before it. */
  readonly breakPoint?: BreakPoint;
  /** Does it; gives a note for the report. */
  readonly run: (boot: Boot) => Promise<string | void> | string | void;
}

/** The boot, in order. */
const stages: readonly Stage[] = [
  // Everything else reads /proc and /sys and opens devices.
  { name: "essential", title: "mount the essential file systems", run: stage.mountEssential },
  // The command line says what all that follows is to do.
  { name: "settings", title: "read the command line", run: readSettings },
  // Asked for by earlyboot.repl: before anything touches the hardware.
  { name: "repl", title: "open the REPL", run: openReplWhenAsked },
  // Disks appear only once their drivers are there; what hardware asks for goes on beside the rest.
  { name: "modules", title: "load the modules", breakPoint: "modules", run: stage.startModules },
  // A root on the network needs it; it takes no time to set up.
  {
    name: "network",
    title: "bring up the network",
    breakPoint: "network",
    run: stage.bringUpNetwork,
  },
  // The root's device, as soon as the kernel tells of it.
  {
    name: "devices",
    title: "find the root file system",
    breakPoint: "devices",
    run: stage.findDevices,
  },
  // Before the first mount: a checker must be alone with its device.
  { name: "check", title: "check the root file system", breakPoint: "check", run: stage.checkRoot },
  // The root, then what is declared below it.
  { name: "mount", title: "mount the root file system", breakPoint: "mount", run: stage.mountAll },
  // All checks first; from here on nothing of the image is needed.
  {
    name: "switch",
    title: "switch to the new root",
    breakPoint: "switch",
    run: stage.switchWhenAsked,
  },
  // The end: this process becomes the real init, or runs a boot program.
  { name: "hand-over", title: "start the real init", run: stage.handOver },
];

/**
 * Boots the machine: everything between the kernel's start of `/init` and the first instruction of the
 * real init, which this process becomes. A stage that fails ends in the failure policy; when its REPL is
 * left, the boot goes on with that stage. Never rejects.
 */
export async function bootSystem(
  linux: Linux,
  configuration: LoadedConfiguration,
  ui: BootUi,
): Promise<void> {
  const commandLine = parseCommandLine("");
  const { settings } = readBootSettings(commandLine, configuration, ui.kernelArguments);
  const boot = beginBoot(linux, configuration, ui, { commandLine, settings });
  const fatal = guardProcess(boot);
  let hooks: Hooks = {};
  for (const next of stages) {
    if (next.name === "modules") hooks = await loadHooks(boot, () => fatal.next());
    await runStage(boot, next, hooks, fatal);
  }
}

/** Runs a stage until it succeeds. */
async function runStage(boot: Boot, next: Stage, hooks: Hooks, fatal: FatalErrors): Promise<void> {
  await stopBefore(boot, next);
  let isRetried = false;
  const run = onceAtATime(async () => {
    if (isRetried) await stage.findRootAgain(boot);
    return runWithHooks(boot, next, hooks);
  });
  for (let done = false; !done; isRetried = true) {
    const end = boot.recorder.stage(next.name);
    try {
      const note = await Promise.race([run(), fatal.next()]);
      end("done", note);
      done = true;
    } catch (error) {
      end("failed", messageOf(error));
      await failBoot(boot, failureOf(boot, next, error));
    }
  }
}

function failureOf({ program }: Boot, { title }: Stage, error: unknown): BootFailure {
  if (program === undefined || isBootFailure(error)) return asBootFailure(error, title);
  return programFailure(program, error);
}

/** Opens the REPL before a stage where `earlyboot.break=` asks for that; never rejects. */
async function stopBefore(boot: Boot, { name, title, breakPoint }: Stage): Promise<void> {
  if (breakPoint === undefined || !boot.settings.breaks.value.includes(breakPoint)) return;
  boot.log.info(`stopping before ${name} (earlyboot.break)`);
  try {
    await openRepl(boot);
  } catch (error) {
    if (boot.replRefused) await failBoot(boot, asBootFailure(error, title));
    else warn(boot, `the REPL cannot be used: ${messageOf(error)}`);
  }
}

/**
 * Gives a function that begins something again only when it failed. A stage that an error of somebody
 * else's stopped goes on meanwhile: it must neither run twice side by side, nor once it is done.
 */
function onceAtATime<T>(begin: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= begin().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
}

async function runWithHooks(boot: Boot, next: Stage, hooks: Hooks): Promise<string | undefined> {
  await runHook(boot, hooks, "before", next.name);
  const note = (await next.run(boot)) ?? undefined;
  await runHook(boot, hooks, "after", next.name);
  return note;
}

function readSettings(boot: Boot): string {
  const { linux, ui, configuration, recorder, log } = boot;
  boot.commandLine = readCommandLine(linux);
  const { settings, warnings } = readBootSettings(
    boot.commandLine,
    configuration,
    ui.kernelArguments,
  );
  boot.settings = settings;
  log.configure({ level: settings.log.value, quiet: settings.quiet });
  const before = readMemory(linux);
  recorder.set({
    earlyboot: configuration.builder ?? "",
    kernel: linux.readText("/proc/sys/kernel/osrelease").trim(),
    host: ui.host,
    commandLine: { text: boot.commandLine.text.trim(), settings: describeSettings(settings) },
    memory: before === undefined ? {} : { before },
  });
  for (const warning of warnings) warn(boot, warning);
  if (configuration.problem !== undefined) {
    throw new BootFailure({
      operation: "read the image's configuration",
      reason: configuration.problem,
      hints: ["Build the image again: it is damaged, or made for a newer earlyboot."],
    });
  }
  for (const { name, value } of settings.reported) {
    log.info(`${name}${value === "" ? "" : `=${value}`} is known and not acted on yet`);
  }
  return describeSettings(settings)
    .filter(({ source }) => source !== "default")
    .map(formatSetting)
    .join(" ");
}

async function openReplWhenAsked(boot: Boot): Promise<void> {
  if (boot.settings.repl.value) await openRepl(boot);
}

/** Errors that nobody caught, as a promise that a stage can be raced against. */
interface FatalErrors {
  /** Rejects with the next error that nobody caught. */
  next(): Promise<never>;
}

/**
 * Guards PID 1: errors that nobody caught fail the stage that is running, orphans are reaped, and the
 * signals that would end a machine do so in order.
 */
function guardProcess(boot: Boot): FatalErrors {
  const { linux, ui, log } = boot;
  let reject: ((error: unknown) => void) | undefined;
  ui.onFatal((error) => {
    log.error(`an error that nobody caught: ${messageOf(error)}`);
    if (boot.replOpen) return;
    const waiting = reject;
    reject = undefined;
    waiting?.(error);
  });
  const attempt = (what: string, action: () => unknown) => {
    try {
      action();
    } catch (error) {
      warn(boot, `cannot ${what}: ${messageOf(error)}`);
    }
  };
  attempt("reap orphans", () => linux.reapOrphans((pid) => log.debug(`process ${pid} ended`)));
  const end = (command: number, word: string) => () => {
    log.warning(word);
    writeBootReport(linux, boot.recorder.report());
    const restart = async () => {
      await stopChecks(boot);
      linux.sync();
      linux.reboot(command);
    };
    restart().catch((error: unknown) => log.error(`${word} failed: ${messageOf(error)}`));
  };
  // From now on the kernel sends SIGINT for Ctrl-Alt-Del, where it would restart without a sync.
  attempt("take Ctrl-Alt-Del", () => linux.reboot(RebootCommand.CtrlAltDelOff));
  const handle = (signal: number, handler: () => void) =>
    attempt(`handle signal ${signal}`, () => linux.onSignal(signal, handler));
  // As for sysvinit and busybox.
  const restart = end(RebootCommand.Restart, "rebooting (Ctrl-Alt-Del)");
  let stop: (() => void) | undefined;
  boot.takeInterrupts = (on) => {
    stop?.();
    stop = undefined;
    if (!on) return;
    attempt("handle Ctrl-Alt-Del", () => {
      stop = linux.onSignal(Signal.Interrupt, restart);
    });
  };
  boot.takeInterrupts(true);
  handle(Signal.Terminate, end(RebootCommand.Restart, "rebooting (SIGTERM)"));
  handle(Signal.User1, end(RebootCommand.Halt, "halting (SIGUSR1)"));
  handle(Signal.User2, end(RebootCommand.PowerOff, "powering off (SIGUSR2)"));
  return {
    next: () =>
      new Promise((_, rejectNext) => {
        reject = rejectNext;
      }),
  };
}
