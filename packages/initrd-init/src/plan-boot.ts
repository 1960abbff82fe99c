import { parseCommandLine } from "@earlyboot/cmdline";
import { type FileTree, simulateLinux } from "@earlyboot/linux-syscalls/testing";
import type { BootConfiguration } from "./boot-configuration.ts";
import { readBootSettings } from "./boot-settings.ts";
import { type MirrorLinux, mirrorMachine } from "./mirror-machine.ts";
import { type BootPlan, rehearseBoot } from "./rehearse-boot.ts";

/** What {@link planBoot} may be told. */
export interface PlanOptions {
  /** The files of the image; default a bare `/init`, so that only what the kernel has itself is there. */
  readonly image?: FileTree;
  /** Default: what the machine was booted with. */
  readonly commandLine?: string;
}

/** The programs of the root that a boot is asked to start: the init, the boot program. */
export function askedPrograms(
  configuration: BootConfiguration,
  commandLine: string,
): readonly string[] {
  const { settings } = readBootSettings(parseCommandLine(commandLine), configuration);
  return [settings.init.value, settings.load.value].filter((path) => path !== undefined);
}

/**
 * Says what a boot of this machine would do, without doing any of it: looks at the machine, makes a
 * simulated one like it, and boots that by the very code that boots a real one.
 */
export async function planBoot(
  linux: MirrorLinux,
  configuration: BootConfiguration,
  {
    image = { "/init": { kind: "file", program: {} } },
    commandLine = linux.readText("/proc/cmdline").trim(),
  }: PlanOptions = {},
): Promise<BootPlan> {
  const programs = askedPrograms(configuration, commandLine);
  const { options, assumptions } = await mirrorMachine(linux, { image, programs, commandLine });
  return rehearseBoot(simulateLinux(options), configuration, {
    kernelArguments: parseCommandLine(commandLine).initArguments,
    assumptions,
  });
}
