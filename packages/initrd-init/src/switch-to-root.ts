import { errorCode, printable } from "@earlyboot/linux-syscalls";
import { type SwitchRootResult, endOtherProcesses, switchRoot } from "@earlyboot/switch-root";
import { BootFailure, messageOf } from "./boot-failure.ts";
import { readMemory, writeBootReport } from "./boot-recorder.ts";
import { type Boot, newRoot, warn } from "./boot.ts";
import { isModule } from "./is-module.ts";
import { clearCheckReboots } from "./reboot-counter.ts";

/** Makes the new root the root, unless neither a root nor a boot program was asked for. */
export async function switchWhenAsked(boot: Boot): Promise<string> {
  if (boot.rootParameter === undefined && boot.settings.load.value === undefined) {
    return "not switched: no root was asked for";
  }
  return switchToRoot(boot);
}

/** Ends what was started here, checks everything, and makes the new root the root. */
export async function switchToRoot(boot: Boot): Promise<string> {
  const { linux, log, recorder } = boot;
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

function trySwitch(boot: Boot): SwitchRootResult {
  const init = nextProgram(boot);
  try {
    return switchRoot(boot.linux, newRoot, {
      ...(init === undefined ? {} : { init }),
      pivot: boot.survivors.length === 0,
    });
  } catch (error) {
    if (errorCode(error) !== "ERR_SWITCH_ROOT_REFUSED") throw error;
    throw refusal(error);
  }
}

/** The checks said no before anything was touched. */
function refusal(error: unknown): BootFailure {
  const [, ...reasons] = messageOf(error).split("\n- ");
  const noInit = reasons.some((reason) => /init/.test(reason));
  return new BootFailure({
    operation: `make ${newRoot} the root`,
    reason: reasons.join("\n"),
    hints: [
      ...(noInit
        ? ["Is it the right file system? Correct root=, or name its init with init=PATH."]
        : []),
      "Nothing was moved or deleted: in the REPL, the root is mounted at /root.",
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
