import { type Linux, RebootCommand, errorCode, printable } from "@earlyboot/linux-syscalls";
import { executeInit, findInit } from "@earlyboot/switch-root";
import { BootFailure, messageOf } from "./boot-failure.ts";
import { lateModules } from "./boot-modules.ts";
import { readMemory, writeBootReport } from "./boot-recorder.ts";
import { type Boot, warn } from "./boot.ts";
import { isModule } from "./is-module.ts";
import { openRepl } from "./open-repl.ts";
import { switchToRoot } from "./switch-to-root.ts";
import { systemdTimestamps } from "./systemd-timestamps.ts";

/** Becomes the real init, or runs the boot program; without either, opens the REPL. */
export async function handOver(boot: Boot): Promise<void> {
  const { linux, settings } = boot;
  if (boot.switched) mountDevpts(boot);
  const load = settings.load.value;
  if (load !== undefined && isModule(load)) return await runBootProgram(boot, load);
  if (!boot.switched) {
    await openReplForWantOfRoot(boot);
    await switchToRoot(boot);
  }
  becomeInit(boot, load ?? settings.init.value ?? findInit(linux, "/") ?? "/sbin/init");
}

/** Without a root there is only the person at the console, who may mount one at `/root` and go on. */
async function openReplForWantOfRoot(boot: Boot): Promise<void> {
  if (boot.configuration.repl?.access === "off" || !boot.ui.interactive()) {
    throw new BootFailure({
      operation: "boot",
      reason: "neither a root nor a boot program was asked for, and no REPL can be opened",
      hints: ["Name the root on the kernel's command line, root=LABEL=…, or in the image."],
    });
  }
  boot.log.info("neither a root nor a boot program was asked for: the REPL");
  await openRepl(boot);
}

/** Programs of the real root expect pseudo terminals. */
function mountDevpts({ linux, log }: Boot): void {
  try {
    if (linux.stat("/dev/pts").device !== linux.stat("/dev").device) return;
    linux.mount({
      source: "devpts",
      target: "/dev/pts",
      type: "devpts",
      flags: 2 + 8,
      data: "gid=5,mode=0620,ptmxmode=000",
    });
  } catch (error) {
    log.debug(`/dev/pts: ${messageOf(error)}`);
  }
}

function becomeInit(boot: Boot, init: string): never {
  const { linux, log, settings } = boot;
  // execve(2) ends the threads of this process, and waits for what they do in the kernel.
  for (const { name } of lateModules(boot)) {
    warn(boot, `${printable(init)} can only start once the kernel is done with module ${name}`);
  }
  finishReport(boot, init);
  log.info(`handing over to ${printable(init)}`);
  const timestamps = systemdTimestamps(boot, init);
  // The kernel's own default: Ctrl-Alt-Del restarts the machine until the real init says otherwise.
  setCtrlAltDel(linux, RebootCommand.CtrlAltDelOn);
  const closeLater = ownExecutable(linux);
  try {
    return executeInit(
      linux,
      init,
      [...timestamps.arguments, ...settings.initArguments],
      undefined,
      { closeLater, keep: timestamps.keep },
    );
  } catch (error) {
    for (const descriptor of closeLater) linux.close(descriptor);
    setCtrlAltDel(linux, RebootCommand.CtrlAltDelOff);
    throw new BootFailure({
      operation: `execute ${printable(init)}`,
      reason: messageOf(error),
      hints: [
        errorCode(error) === "ENOEXEC"
          ? "It is not a program of this machine's architecture."
          : "Name another init: init=/bin/sh.",
      ],
      cause: error,
    });
  }
}

/**
 * The executable of this process, open. It went with the initramfs and is the largest file of it: freeing its pages takes
 * as long as many a stage.
 */
function ownExecutable(linux: Pick<Linux, "open">): readonly number[] {
  try {
    return [linux.open("/proc/self/exe")];
  } catch {
    return [];
  }
}

/** The report's last state before this process is somebody else. */
function finishReport(boot: Boot, next: string): void {
  const { linux, recorder } = boot;
  const after = readMemory(linux);
  const { memory } = recorder.report();
  recorder.set({
    outcome: "handed-over",
    next,
    memory: after === undefined ? memory : { ...memory, after },
  });
  const problem = writeBootReport(linux, recorder.report());
  if (problem !== undefined) warn(boot, `the boot report cannot be written: ${problem}`);
}

function setCtrlAltDel(linux: Pick<Linux, "reboot">, command: number): void {
  try {
    linux.reboot(command);
  } catch {
    // In a container there is no Ctrl-Alt-Del.
  }
}

/** How long its end can be read, in milliseconds. */
const readingTime = 2000;

async function runBootProgram(boot: Boot, path: string): Promise<void> {
  const { linux, ui, log } = boot;
  finishReport(boot, path);
  log.info(`loading the boot program ${printable(path)}`);
  boot.program = path;
  try {
    await ui.runProgram(path);
  } catch (error) {
    throw programFailure(path, error);
  }
  boot.program = undefined;
  log.warning("boot program terminated, rebooting");
  await linux.sleep(readingTime);
  linux.sync();
  linux.reboot(RebootCommand.Restart);
  // The kernel is going down.
  await new Promise(() => {});
}

/** Makes a failure of what a boot program threw, or let happen. */
export function programFailure(path: string, error: unknown): BootFailure {
  return new BootFailure({
    operation: `run the boot program ${printable(path)}`,
    reason: whatWasThrown(error),
    seen: stackOf(error),
    hints: [
      ...(nameOf(error) === "SyntaxError" ? [`Where, says node --check ${printable(path)}.`] : []),
      "Correct it, or boot without earlyboot.load=.",
    ],
    cause: error,
  });
}

/** With the error's name, as a JavaScript host would print it; anything can be thrown. */
function whatWasThrown(error: unknown): string {
  const name = nameOf(error);
  if (name === undefined) return `it threw ${messageOf(error)}`;
  return name === "Error" ? messageOf(error) : `${name}: ${messageOf(error)}`;
}

/** The name of an error, or `undefined` of what is none. */
function nameOf(error: unknown): string | undefined {
  try {
    if (typeof error !== "object" || error === null || !("message" in error)) return undefined;
    return "name" in error && typeof error.name === "string" ? error.name : "Error";
  } catch {
    return undefined;
  }
}

const mostFrames = 4;
const foreign = /[(\s](node:|\/lib\/earlyboot\/)/;

/** Where an error came about, less the functions of the host and of earlyboot. */
function stackOf(error: unknown): readonly string[] {
  if (typeof error !== "object" || error === null || !("stack" in error)) return [];
  const lines = String(error.stack)
    .split("\n")
    .map((line) => line.trim());
  const frames = lines.filter((line) => line.startsWith("at ") && !foreign.test(line));
  return frames.slice(0, mostFrames).map(printable);
}
