import { existsSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { buildInitrd } from "../build/build-initrd.ts";
import { CommandError } from "../command-error.ts";
import { readImageFile } from "../inspect/read-image-file.ts";
import { findModules } from "../kernel/find-modules.ts";
import { readKernelFile, type KernelFile } from "../kernel/read-kernel-file.ts";
import { chooseAccelerator } from "../qemu/choose-accelerator.ts";
import { guestKernelWords, type GuestDisk } from "../qemu/qemu-arguments.ts";
import { startGuest } from "../qemu/start-guest.ts";
import { parseScratchFacts } from "../scratch/scratch-facts.ts";
import { formatBytes } from "../terminal/format.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { chooseBus, type TrialBus } from "./choose-bus.ts";
import { judgeBoot, type BootResult } from "./boot-result.ts";
import { findRootOn, makeScratchDisks, type ChosenRoot } from "./choose-root.ts";
import { connectKeyboard } from "./connect-keyboard.ts";
import { formatBootResult } from "./format-boot-result.ts";
import { watchGuest } from "./watch-guest.ts";

/** What `earlyboot try` is asked for. */
export interface TryOptions {
  readonly image?: string | undefined;
  readonly kernel?: string;
  readonly modules?: string;
  readonly root?: string;
  readonly cmdline?: string;
  readonly disk?: readonly string[];
  readonly memory: number;
  readonly limit: number;
  readonly stay?: boolean;
  readonly accel: "auto" | "tcg" | "kvm";
  readonly json?: boolean;
}

/** Boots an image in QEMU, shows its console and tells how far it came: exit status 0 for the real init. */
export async function tryImage(options: TryOptions, terminal: Terminal): Promise<number> {
  const kernel = await readKernelFile(options.kernel ?? `/boot/vmlinuz-${release()}`);
  for (const file of [options.image, ...(options.disk ?? [])]) requireFile(file);
  const directory = await mkdtemp(join(tmpdir(), "earlyboot-try-"));
  const show = options.json ? () => {} : (text: string) => terminal.line(text);
  try {
    const bus = await busFor(options.image);
    if (bus !== "virtio") show(`The image has no drivers of virtio: its disks are on ${bus}.`);
    const root =
      options.root === undefined
        ? await makeScratchDisks(directory, bus)
        : await findRootOn(options.root, bus, options.cmdline);
    const image = options.image ?? (await buildImageFor(kernel, options, root, directory, show));
    const result = await boot({ kernel, image, root, directory }, options, terminal);
    const { size } = await stat(image);
    if (options.json) terminal.line(JSON.stringify({ ...result, imageBytes: size }, undefined, 2));
    else terminal.line(`\n${formatBootResult(result, size, terminal).join("\n")}`);
    return result.reached === "real-init" ? 0 : 1;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** An image that is built here has the drivers of all. */
async function busFor(image: string | undefined): Promise<TrialBus> {
  return image === undefined ? "virtio" : chooseBus(await readImageFile(image));
}

function requireFile(file: string | undefined) {
  if (file === undefined || existsSync(file)) return;
  throw new CommandError(`There is no file ${file}.`);
}

async function buildImageFor(
  kernel: KernelFile,
  options: TryOptions,
  root: ChosenRoot,
  directory: string,
  show: (text: string) => void,
): Promise<string> {
  const output = join(directory, "initrd.img");
  show(`Building an image for Linux ${kernel.version} …`);
  const built = await buildInitrd(
    {
      kernelVersion: kernel.version,
      modulesDirectory: findModules(kernel, options.modules),
      architecture: kernel.architecture,
      modules: "guest",
      fileSystems: root.types,
    },
    { output, compression: "lz4" },
  );
  show(`Built in ${built.seconds.toFixed(1)} s: ${formatBytes(built.size)}.`);
  return output;
}

interface Trial {
  readonly kernel: KernelFile;
  readonly image: string;
  readonly root: ChosenRoot;
  readonly directory: string;
}

async function boot(trial: Trial, options: TryOptions, terminal: Terminal): Promise<BootResult> {
  const { kernel, root } = trial;
  const { architecture } = kernel;
  const bus = root.disks[0]?.bus ?? "virtio";
  const accelerator =
    options.accel === "auto" ? await chooseAccelerator(kernel.path, architecture) : options.accel;
  const extra = (options.disk ?? []).map((file): GuestDisk => ({ file, bus }));
  const guest = startGuest(
    {
      kernel: kernel.path,
      image: trial.image,
      architecture,
      accelerator,
      commandLine: commandLineFor(trial, options),
      disks: [...root.disks, ...extra],
      memory: options.memory,
    },
    join(trial.directory, "console.log"),
  );
  const keyboard = connectKeyboard(guest.console);
  if (!options.json) guest.console.onText((text) => terminal.write(text));
  try {
    const { limit, stay = false } = options;
    const ending = await watchGuest(guest, { limit, stay, signal: keyboard.interrupted });
    const { complaint } = await guest.exited;
    if (complaint !== "") terminal.complain(complaint.trim());
    return judgeBoot(guest.console.text(), parseScratchFacts(guest.facts()), ending);
  } finally {
    keyboard.close();
    await guest.end();
  }
}

/** A boot that fails ends by itself; what the person asks for comes last, and so wins. */
function commandLineFor({ kernel, root }: Trial, { cmdline }: TryOptions): string {
  return [
    ...guestKernelWords(kernel.architecture),
    "earlyboot.onfailure=poweroff",
    "earlyboot.timeout=30",
    ...root.commandLine,
    ...(cmdline === undefined ? [] : [cmdline]),
  ].join(" ");
}
