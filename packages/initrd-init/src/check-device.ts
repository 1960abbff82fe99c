import {
  checkerFor,
  checkFileSystem,
  type CheckResult,
  tellingLines,
} from "@earlyboot/fsck-runner";
import { RebootCommand, Signal, errorCode } from "@earlyboot/linux-syscalls";
import { BootFailure, messageOf } from "./boot-failure.ts";
import { prepareType } from "./boot-modules.ts";
import { writeBootReport } from "./boot-recorder.ts";
import { type Boot, warn } from "./boot.ts";
import { countCheckReboot } from "./reboot-counter.ts";

/** What {@link checkDevice} checks, and how its declaration wants it. */
export interface DeviceCheck {
  readonly device: string;
  readonly type: string;
  /** Whether the superblock says that it is clean. */
  readonly clean: boolean | undefined;
  readonly skipIfClean: boolean;
  readonly repair: "preen" | "yes" | "no";
}

/** How long the line about a reboot can be read, in milliseconds. */
const readingTime = 3000;

/**
 * Checks a file system, and does what its outcome asks for: goes on, or reboots.
 *
 * @throws BootFailure for an outcome after which the file system must not be mounted.
 */
export async function checkDevice(boot: Boot, check: DeviceCheck): Promise<CheckResult> {
  const { linux, ui, log, recorder, settings } = boot;
  const started = linux.now();
  let shown = -1;
  const stop = new AbortController();
  const ended = new AbortController();
  // The kernel replays the log of such a type, and needs its module.
  if (checkerFor(check.type)?.replayWords !== undefined) await prepareType(boot, check.type);
  const checking = checkFileSystem(linux, check.device, check.type, {
    signal: stop.signal,
    mode: settings.checkMode.value,
    repair: check.repair,
    skipIfClean: check.skipIfClean,
    ...(check.clean === undefined ? {} : { clean: check.clean }),
    onOutput: (text) => {
      for (const line of text.split(/[\r\n]+/)) if (line !== "") log.debug(line);
    },
    onProgress: ({ percent }) => {
      if (Math.floor(percent) === shown || settings.quiet) return;
      shown = Math.floor(percent);
      ui.write(`\r${progressBar(check.device, percent)}`);
    },
  });
  const stopChecking = () => {
    stop.abort();
    return checking.catch(() => {});
  };
  boot.checks.add(stopChecking);
  void tellOfPatience(boot, check, ended.signal);
  const result = await checking
    .finally(() => {
      boot.checks.delete(stopChecking);
      ended.abort();
    })
    .catch((error: unknown) => {
      throw notCheckedFailure(check, error);
    });
  if (shown >= 0) ui.write("\n");
  const { device, type } = check;
  recorder.check({ device, type, outcome: result.outcome, duration: linux.now() - started });
  await act(boot, check, result);
  return result;
}

/** How long it is before somebody is told that a check still runs, again and again. */
const patience = 60_000;

/** A check may take hours, and must not be ended for that: says at times that it runs, and how to end it. */
async function tellOfPatience(
  { linux, log }: Boot,
  { device, type }: DeviceCheck,
  ended: AbortSignal,
): Promise<void> {
  const program = checkerFor(type)?.program;
  for (let minutes = 1; ; minutes++) {
    try {
      await linux.sleep(patience, ended);
    } catch {
      return;
    }
    log.warning(
      `${program} still checks ${device}, for ${minutes} min now; Ctrl-Alt-Del ends it, and reboots`,
    );
  }
}

/** How long a checker that was asked to end may take, in milliseconds: one on a dead disk never does. */
const lastWait = 30_000;

/** Ends the checkers that are running, in an orderly way: the machine must not end under them. */
export async function stopChecks({ linux, checks, log }: Boot): Promise<void> {
  if (checks.size === 0) return;
  const ended = new AbortController();
  const stopped = Promise.all([...checks].map((stop) => stop()));
  const tooLong = linux.sleep(lastWait, ended.signal).then(
    () => log.error(`a checker did not end in ${lastWait / 1000} s`),
    () => {},
  );
  await Promise.race([stopped, tooLong]);
  ended.abort();
}

const barWidth = 30;

function progressBar(device: string, percent: number): string {
  const full = Math.round((barWidth * percent) / 100);
  const bar = "#".repeat(full) + "-".repeat(barWidth - full);
  return `checking ${device} [${bar}] ${String(Math.floor(percent)).padStart(3)} %`;
}

/** Why a file system that was to be checked was not. */
const noteworthy: readonly string[] = ["mounted", "in-use", "log-not-replayed"];

async function act(boot: Boot, check: DeviceCheck, result: CheckResult): Promise<void> {
  switch (result.outcome) {
    case "pass":
    case "errors-corrected":
      return boot.log.info(result.message);
    case "skipped":
      return noteworthy.includes(result.reason)
        ? warn(boot, result.message)
        : boot.log.debug(result.message);
    case "no-checker":
      return warn(boot, result.message);
    case "reboot-required":
      return await rebootForChecker(boot, result);
    case "errors-left":
    case "operational-error":
    case "usage-error":
    case "cancelled":
    case "library-error":
    case "killed":
      throw checkFailure(check, result);
  }
}

/** The third reboot in a row that a checker asks for is a loop. */
const mostReboots = 3;

async function rebootForChecker(boot: Boot, result: CheckResult): Promise<void> {
  const { linux } = boot;
  const count = countCheckReboot(linux);
  if (count !== undefined && count >= mostReboots) {
    throw new BootFailure({
      operation: `check ${result.device}`,
      reason: `${result.message} It asked for that ${count} times in a row`,
      hints: ["Check the file system from another system, or by hand in the REPL.", skipHint],
    });
  }
  const loop =
    count === undefined ? " (nothing counts how often: this machine has no EFI variables)" : "";
  warn(boot, `${result.message} Rebooting in ${readingTime / 1000} s${loop}`);
  writeBootReport(linux, boot.recorder.report());
  await linux.sleep(readingTime);
  linux.sync();
  linux.reboot(RebootCommand.Restart);
  // The kernel is going down; nothing must be mounted meanwhile.
  await new Promise(() => {});
}

const repairHint =
  "To repair all that can be: fsck.mode=force fsck.repair=yes. It may lose files: first make a copy of the disk.";

const skipHint = "To boot without the check: fsck.mode=skip.";

/** The checker did not even begin: it cannot be started, or the device is gone. */
function notCheckedFailure({ device, type }: DeviceCheck, error: unknown): BootFailure {
  const program = checkerFor(type)?.program ?? "its checker";
  const { syscall } =
    typeof error === "object" && error !== null && "syscall" in error ? error : {};
  const cannotStart = syscall === "execve";
  const causes: Readonly<Record<string, string>> = {
    ENOENT: `${program} names an interpreter or loader that the image lacks: build the image again with it.`,
    ENOEXEC: `The image's ${program} is no program of this machine's architecture.`,
  };
  const cause = cannotStart ? causes[errorCode(error) ?? ""] : undefined;
  return new BootFailure({
    operation: `check ${device}`,
    reason: cannotStart ? `${program} cannot be started: ${messageOf(error)}` : messageOf(error),
    hints: [...(cause === undefined ? [] : [cause]), ...(cannotStart ? [skipHint] : [])],
    cause: error,
  });
}

function checkFailure({ repair }: DeviceCheck, result: CheckResult): BootFailure {
  const wasKilled = result.outcome === "killed" && result.signal === Signal.Kill;
  const canRepair = result.outcome === "errors-left" && repair !== "yes";
  return new BootFailure({
    operation: `check ${result.device}`,
    reason: result.message,
    seen: "output" in result ? tellingLines(result.output).slice(-mostLines) : [],
    hints: [
      ...(canRepair ? [repairHint] : []),
      ...(wasKilled ? ["Was there too little memory? The kernel's log says so (.dmesg)."] : []),
      `Repair it by hand: in the REPL, checkFileSystem(linux, "${result.device}", "${result.type}", { repair: "yes" }).`,
      skipHint,
    ],
  });
}

const mostLines = 5;
