import { FileKind, errorCode, printable } from "@earlyboot/linux-syscalls";
import { resolveInRoot } from "@earlyboot/mount-spec";
import {
  type SwitchRootResult,
  endOtherProcesses,
  essentialDirectories,
  switchRoot,
} from "@earlyboot/switch-root";
import { BootFailure, messageOf } from "./boot-failure.ts";
import { readMemory, writeBootReport } from "./boot-recorder.ts";
import { type Boot, newRoot, warn } from "./boot.ts";
import { isModule } from "./is-module.ts";
import { clearCheckReboots } from "./reboot-counter.ts";

/** Makes the new root the root, unless nothing was asked for: no root, no boot program, no init. */
export async function switchWhenAsked(boot: Boot): Promise<string> {
  const { load, init } = boot.settings;
  if (boot.rootParameter === undefined && (load.value ?? init.value) === undefined) {
    return "not switched: no root was asked for";
  }
  return switchToRoot(boot);
}

/** Ends what was started here, checks everything, and makes the new root the root. */
export async function switchToRoot(boot: Boot): Promise<string> {
  const { linux, log, recorder } = boot;
  requireModule(boot);
  await boot.modules?.stop();
  clearCheckReboots(linux);
  const { left } = await endOtherProcesses(linux);
  for (const { pid, name } of left) warn(boot, `process ${pid} (${printable(name)}) does not end`);
  const after = readMemory(linux);
  if (after !== undefined) {
    recorder.set({ memory: { ...recorder.report().memory, after } });
  }
  writeBootReport(linux, recorder.report());
  const { method, removed, warnings } = trySwitch(boot);
  boot.switched = true;
  for (const warning of warnings) warn(boot, warning);
  log.debug(`switched by ${method}; ${removed} files of the image are gone`);
  return `by ${method}`;
}

/** A boot program that is a module is not executed: what checks the switch does not look for it. */
function requireModule({ linux, settings }: Boot): void {
  const { value: load } = settings.load;
  if (load === undefined || !isModule(load)) return;
  // What is mounted there comes along, and hides what the root has.
  if (essentialDirectories.some((directory) => load.startsWith(`${directory}/`))) return;
  const { path, missing } = resolveInRoot(linux, newRoot, load);
  if (missing === 0 && (linux.stat(path).mode & FileKind.Mask) === FileKind.Regular) return;
  throw new BootFailure({
    operation: `load the boot program ${printable(load)}`,
    reason: missing === 0 ? "it is not a regular file" : "the root file system has no such file",
    hints: [
      "Correct earlyboot.load=: it takes a path on the root file system.",
      "Nothing was moved or deleted: in the REPL, the root is mounted at /root.",
    ],
  });
}

function trySwitch(boot: Boot): SwitchRootResult {
  const init = nextProgram(boot);
  try {
    return switchRoot(boot.linux, newRoot, {
      ...(init === undefined ? {} : { init }),
      pivot: boot.survivors.length === 0,
    });
  } catch (error) {
    if (errorCode(error) !== "ERR_SWITCH_ROOT_REFUSED") throw error;
    throw refusal(boot, error);
  }
}

/** The checks said no before anything was touched. */
function refusal({ rootParameter, root }: Boot, error: unknown): BootFailure {
  const [, ...reasons] = messageOf(error).split("\n- ");
  const noInit = reasons.some((reason) => /init/.test(reason));
  const at = root?.device === undefined ? "" : ` on ${printable(root.device.path)}, mounted at`;
  const noRoot = "No root was asked for, so an empty one is there: name it, root=LABEL=….";
  const otherRoot = "Is it the right file system? Correct root=, or name its init with init=PATH.";
  return new BootFailure({
    operation: `switch to the root file system${at} ${newRoot}`,
    reason: reasons.join("\n"),
    hints: [
      ...(noInit ? [rootParameter === undefined ? noRoot : otherRoot] : []),
      "Nothing was moved or deleted: the REPL finds the root at /root.",
    ],
    cause: error,
  });
}

/** What the checks look for in the new root: a program, `null` for a module, or the usual inits. */
function nextProgram({ settings }: Boot): string | null | undefined {
  const load = settings.load.value;
  if (load === undefined) return settings.init.value;
  return isModule(load) ? null : load;
}
