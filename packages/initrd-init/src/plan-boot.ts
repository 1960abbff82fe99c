import { parseCommandLine } from "@earlyboot/cmdline";
import { type FileTree, simulateLinux } from "@earlyboot/linux-syscalls/testing";
import { fromSpec, nfsSource, parseRootParameter, type RootParameter } from "@earlyboot/mount-spec";
import type { BootConfiguration } from "./boot-configuration.ts";
import { readBootSettings } from "./boot-settings.ts";
import {
  type Share,
  type MirrorLinux,
  type WantedOfRoot,
  mirrorMachine,
} from "./mirror-machine.ts";
import { type BootPlan, rehearseBoot } from "./rehearse-boot.ts";

/** What {@link planBoot} may be told. */
export interface PlanOptions {
  /** The files of the image; default a bare `/init`, so that only what the kernel has itself is there. */
  readonly image?: FileTree;
  /** Default: what the machine was booted with. */
  readonly commandLine?: string;
}

/** What a boot asks of the machine, as far as its words and its configuration tell. */
export interface AskedOfMachine extends WantedOfRoot {
  /** Shares of other machines that are mounted: the root, and what is declared. */
  readonly shares: readonly Share[];
  /** The types of file systems that are named. */
  readonly types: readonly string[];
}

/** Reads what a boot asks for: init and boot program, mount points, shares, types, the image file of a loop device. */
export function askedOfMachine(
  configuration: BootConfiguration,
  commandLine: string,
): AskedOfMachine {
  const { settings } = readBootSettings(parseCommandLine(commandLine), configuration);
  const { init, load, loop, root, rootTypes } = settings;
  const declared = (configuration.fileSystems ?? []).flatMap(orNothing(fromSpec));
  const ofRoot = root === undefined ? [] : orNothing(parseRootParameter)(root.value);
  const mounted = [...ofRoot, ...declared];
  const mountPoints = declared.map(({ mountPoint }) => mountPoint);
  const sources = declared.flatMap(({ device }) => device.path ?? []);
  const bound = sources.filter((path) => !path.startsWith("/dev/"));
  return {
    programs: onEachDisk(
      [init.value, load.value].filter((path) => path !== undefined),
      mountPoints,
    ),
    directories: onEachDisk([...mountPoints, ...bound], mountPoints),
    loopFile: loop.value,
    shares: mounted.flatMap(({ device, type }): readonly Share[] => {
      if (device.nfs !== undefined) return [{ type: "nfs", source: nfsSource(device.nfs) }];
      return device.tag === undefined
        ? []
        : [{ type: device.type ?? type ?? "virtiofs", source: device.tag }];
    }),
    types: [...rootTypes.value, ...mounted.flatMap(typeOfDevice)],
  };
}

/** The paths, and what they are called on what is mounted on their way. */
function onEachDisk(paths: readonly string[], mountPoints: readonly string[]): readonly string[] {
  const below = mountPoints.flatMap((point) =>
    paths
      .filter((path) => point !== "/" && path.startsWith(`${point}/`))
      .map((path) => path.slice(point.length)),
  );
  return [...new Set([...paths, ...below])];
}

/** None for what is on no device, which every kernel has, nor for a bind mount. */
function typeOfDevice({ device, type }: RootParameter): readonly string[] {
  return device.none !== undefined || type === undefined || type === "none" ? [] : [type];
}

/** None for a text that cannot be read: the boot itself says what is wrong with it. */
function orNothing<In, Out>(read: (text: In) => Out): (text: In) => readonly Out[] {
  return (text) => {
    try {
      return [read(text)];
    } catch {
      return [];
    }
  };
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
    ...askedOfMachine(configuration, commandLine),
  });
  return rehearseBoot(simulateLinux(options), configuration, {
    kernelArguments: parseCommandLine(commandLine).initArguments,
    assumptions,
  });
}
