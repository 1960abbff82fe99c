import { imageEntries } from "@earlyboot/initrd-image";
import { parseCommandLine } from "@earlyboot/cmdline";
import {
  askedOfRoot,
  planBoot,
  rehearseBoot,
  type BootConfiguration,
  type BootPlan,
} from "@earlyboot/initrd-init";
import { simulateLinux, type FileTree } from "@earlyboot/linux-syscalls/testing";
import { bootConfiguration, planInitrd } from "../build/build-initrd.ts";
import { requestFor } from "../build/request-for.ts";
import { loadConfig } from "../config/load-config.ts";
import { readImageFile } from "../inspect/read-image-file.ts";
import { filesOfImage, filesOfPlan } from "./image-files.ts";
import { hostLinux } from "./host-linux.ts";
import { machineWithDisks } from "./machine-with-disks.ts";

/** What `earlyboot plan` is asked for. */
export interface PlanCommandOptions {
  readonly image?: string | undefined;
  readonly cmdline?: string;
  readonly disk?: readonly string[];
  readonly config?: string;
}

/** Says what an image would do on this machine, or on one with other disks. */
export async function planImageBoot(options: PlanCommandOptions): Promise<BootPlan> {
  const { files, configuration } = await imageFor(options);
  const { cmdline, disk } = options;
  if (disk === undefined) {
    const commandLine = cmdline === undefined ? {} : { commandLine: cmdline };
    return planBoot(hostLinux, configuration, { image: files, ...commandLine });
  }
  const commandLine = cmdline ?? "";
  const wanted = askedOfRoot(configuration, commandLine);
  const machine = await machineWithDisks(files, disk, { commandLine, wanted });
  return rehearseBoot(simulateLinux(machine.options), configuration, {
    kernelArguments: parseCommandLine(commandLine).initArguments,
    assumptions: machine.assumptions,
  });
}

/** The image that is named, or the one that would be built. */
async function imageFor({ image, config }: PlanCommandOptions): Promise<{
  readonly files: FileTree;
  readonly configuration: BootConfiguration;
}> {
  if (image !== undefined) {
    const read = await readImageFile(image);
    const text = imageEntries(read).get("etc/earlyboot.json")?.content;
    const configuration =
      text === undefined ? { version: 1 } : JSON.parse(Buffer.from(text).toString());
    return { files: filesOfImage(read), configuration };
  }
  const request = requestFor(await loadConfig(config));
  return {
    files: filesOfPlan(await planInitrd(request)),
    configuration: bootConfiguration(request),
  };
}
