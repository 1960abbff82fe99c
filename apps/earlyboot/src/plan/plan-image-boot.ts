import { type Architecture, elfMachine, imageEntries } from "@earlyboot/initrd-image";
import { parseCommandLine } from "@earlyboot/cmdline";
import {
  planBoot,
  readConfiguration,
  rehearseBoot,
  type BootConfiguration,
  type BootPlan,
} from "@earlyboot/initrd-init";
import type { FileTree, ProgramOutcome } from "@earlyboot/linux-syscalls/testing";
import { bootConfiguration, planInitrd } from "../build/build-initrd.ts";
import { requestFor } from "../build/request-for.ts";
import { CommandError } from "../command-error.ts";
import { architectures } from "../config/config-schema.ts";
import { loadConfig } from "../config/load-config.ts";
import { readImageFile } from "../inspect/read-image-file.ts";
import { readKernelFile } from "../kernel/read-kernel-file.ts";
import { hostArchitecture } from "../qemu/qemu-arguments.ts";
import { findBus, type TrialBus } from "../try/choose-bus.ts";
import { filesOfImage, filesOfPlan } from "./image-files.ts";
import { hostLinux } from "./host-linux.ts";
import { machineWithDisks } from "./machine-with-disks.ts";

/** The machine that a boot is planned for. */
export interface PlannedMachine {
  /** Default: that of this boot; with disks, none. */
  readonly cmdline?: string;
  /** The disks of a virtual machine; default: this machine. */
  readonly disk?: readonly string[];
  /** How they are attached; default: as `earlyboot try` does. */
  readonly bus?: TrialBus;
  /** The file of the kernel; default: the one that the image's modules are for. */
  readonly kernel?: string;
  /** What a checker that is run is taken to do; default: it finds no errors. */
  readonly checker?: ProgramOutcome | undefined;
}

/** What `earlyboot plan` is asked for. */
export interface PlanCommandOptions extends PlannedMachine {
  readonly image?: string | undefined;
  readonly config?: string;
}

/** As much of an image as planning a boot takes. */
export interface PlannedImage {
  readonly files: FileTree;
  readonly configuration: BootConfiguration;
  /** The type of machine that its first program is for, where that is known. */
  readonly architecture: Architecture | undefined;
  /** A bus for whose disks it has the drivers. */
  readonly bus: TrialBus;
}

/** Says what an image would do on this machine, or on one with other disks. */
export async function planImageBoot(options: PlanCommandOptions): Promise<BootPlan> {
  const { image, config } = options;
  return planBootOf(
    image === undefined ? await imageToBuild(config) : await imageIn(image),
    options,
  );
}

/** Says what an image that was read would do. */
export async function planBootOf(
  { files, configuration, bus, architecture }: PlannedImage,
  { cmdline, disk, checker, ...machine }: PlannedMachine,
): Promise<BootPlan> {
  const programs = checker === undefined ? files : withPrograms(files, checker);
  if (disk === undefined) {
    if (architecture !== undefined && architecture !== hostArchitecture()) {
      throw new CommandError(
        `The image is for ${architecture}, and would not start on this machine, which is ${hostArchitecture()}: ` +
          "name the disks of a virtual machine by --disk.",
      );
    }
    const commandLine = cmdline === undefined ? {} : { commandLine: cmdline };
    return planBoot(hostLinux, configuration, { image: programs, ...commandLine });
  }
  const commandLine = cmdline ?? "";
  const { kernel } = machine;
  const { linux, assumptions } = await machineWithDisks(programs, disk, {
    commandLine,
    configuration,
    bus: machine.bus ?? bus,
    release: kernel === undefined ? undefined : (await readKernelFile(kernel)).version,
  });
  return rehearseBoot(linux, configuration, {
    kernelArguments: parseCommandLine(commandLine).initArguments,
    assumptions,
  });
}

/** The same files, whose programs all do something else. */
function withPrograms(files: FileTree, program: ProgramOutcome): FileTree {
  return Object.fromEntries(
    Object.entries(files).map(([path, file]) => [
      path,
      typeof file === "object" && "program" in file ? { ...file, program } : file,
    ]),
  );
}

/** Reads an image from its file. */
export async function imageIn(file: string): Promise<PlannedImage> {
  const image = await readImageFile(file);
  const text = imageEntries(image).get("etc/earlyboot.json")?.content;
  const configuration: BootConfiguration =
    text === undefined
      ? { version: 1 }
      : readConfiguration({ readText: () => Buffer.from(text).toString() });
  const init = imageEntries(image).get("init")?.content;
  return {
    files: filesOfImage(image),
    configuration,
    architecture: init === undefined ? undefined : architectureOf(init),
    bus: findBus(image) ?? "virtio",
  };
}

/** The type of machine that a program is for, by its `e_machine`; see elf(5). */
function architectureOf(program: Uint8Array): Architecture | undefined {
  const isElf = Buffer.from(program.subarray(0, 4)).toString("latin1") === "\u007fELF";
  const machine = (program[18] ?? 0) | ((program[19] ?? 0) << 8);
  return isElf ? architectures.find((name) => elfMachine[name] === machine) : undefined;
}

/** The image that would be built. */
async function imageToBuild(config: string | undefined): Promise<PlannedImage> {
  const request = requestFor(await loadConfig(config));
  return {
    files: filesOfPlan(await planInitrd(request)),
    configuration: bootConfiguration(request),
    architecture: request.architecture,
    bus: "virtio",
  };
}
