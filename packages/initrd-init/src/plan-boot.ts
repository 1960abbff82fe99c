import { parseCommandLine } from "@earlyboot/cmdline";
import { type FileTree, simulateLinux } from "@earlyboot/linux-syscalls/testing";
import { type FileSystemSpec, fromSpec } from "@earlyboot/mount-spec";
import type { BootConfiguration } from "./boot-configuration.ts";
import { readBootSettings } from "./boot-settings.ts";
import { type MirrorLinux, type WantedOfRoot, mirrorMachine } from "./mirror-machine.ts";
import { type BootPlan, rehearseBoot } from "./rehearse-boot.ts";

/** What {@link planBoot} may be told. */
export interface PlanOptions {
  /** The files of the image; default a bare `/init`, so that only what the kernel has itself is there. */
  readonly image?: FileTree;
  /** Default: what the machine was booted with. */
  readonly commandLine?: string;
}

/** What a boot asks of its root: the init, the boot program, and places to mount file systems on. */
export function askedOfRoot(configuration: BootConfiguration, commandLine: string): WantedOfRoot {
  const { settings } = readBootSettings(parseCommandLine(commandLine), configuration);
  return {
    programs: [settings.init.value, settings.load.value].filter((path) => path !== undefined),
    directories: (configuration.fileSystems ?? []).flatMap(mountPointOf),
  };
}

/** None of a bad declaration: the boot itself says what is wrong with it. */
function mountPointOf(spec: FileSystemSpec): readonly string[] {
  try {
    return [fromSpec(spec).mountPoint];
  } catch {
    return [];
  }
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
  const { options, assumptions } = await mirrorMachine(linux, {
    image,
    commandLine,
    ...askedOfRoot(configuration, commandLine),
  });
  return rehearseBoot(simulateLinux(options), configuration, {
    kernelArguments: parseCommandLine(commandLine).initArguments,
    assumptions,
  });
}
