import { basename } from "node:path";
import { lastValue, parseCommandLine } from "@earlyboot/cmdline";
import { identify, readPartitionTable, type Source } from "@earlyboot/block-devices";
import {
  askedOfMachine,
  type BootConfiguration,
  rootImage,
  takeShares,
  usualRoot,
  type WantedOfRoot,
} from "@earlyboot/initrd-init";
import { moduleInfo, moduleName } from "@earlyboot/kernel-modules";
import { MountFlag } from "@earlyboot/linux-syscalls";
import {
  type BlockContent,
  type BlockDeviceDescription,
  type Extent,
  type FileDescription,
  type FileTree,
  type ModuleDescription,
  type Program,
  type SimulatedLinux,
  simulateLinux,
} from "@earlyboot/linux-syscalls/testing";
import type { TrialBus } from "../try/choose-bus.ts";
import { openSource } from "../try/disk-image.ts";
import { openExt4 } from "./ext4-files.ts";
import { nameDisk, plugHardware, virtualHardware } from "./virtual-hardware.ts";

/** A machine with some disks, simulated. */
export interface MachineWithDisks {
  readonly linux: SimulatedLinux;
  readonly assumptions: readonly string[];
}

/** What {@link machineWithDisks} goes by. */
export interface MachineOptions {
  readonly commandLine: string;
  readonly configuration: BootConfiguration;
  /** How the disks are attached. */
  readonly bus: TrialBus;
  /** The release of the kernel; default: that of the image's modules. */
  readonly release?: string | undefined;
}

/** Simulates the machine that `earlyboot try` would start: its disks on one bus, in order. */
export async function machineWithDisks(
  files: FileTree,
  disks: readonly string[],
  { commandLine, configuration, bus, release }: MachineOptions,
): Promise<MachineWithDisks> {
  const assumptions: string[] = [];
  const asked = askedOfMachine(configuration, commandLine);
  const shared = takeShares(asked.shares, asked);
  assumptions.push(...shared.assumptions);
  const looking: Looking = { wanted: asked, assumptions };
  // A file may be there more than once: many disks of the same content.
  const contents = new Map<string, ReturnType<typeof describeDisk>>();
  for (const file of new Set(disks)) contents.set(file, describeDisk(file, looking));
  const devices = await Promise.all(
    disks.map(async (file, index) => ({
      ...nameDisk(bus, index),
      ...(await contents.get(file)),
    })),
  );
  const types = new Set([
    ...devices.flatMap(typesOf),
    ...asked.types,
    // What a volatile root takes.
    "overlay",
    "fuse",
  ]);
  const kernel = kernelOf(files);
  const running = release ?? kernel.release;
  const modular = [...types].filter((type) => !kernel.isPart(moduleOf(type)));
  const hardware = plugHardware(
    virtualHardware({
      bus,
      disks: devices,
      network: configuration.network !== undefined,
      shares: asked.shares.map(({ type }) => type),
    }),
    kernel.isPart,
  );
  const hasCard =
    configuration.network !== undefined &&
    (kernel.has("virtio_net") || kernel.isPart("virtio_net"));
  const refusals = refusedModules(files, running, commandLine);
  const linux = simulateLinux({
    start: "bare",
    files,
    commandLine,
    ...(running === undefined ? {} : { release: running }),
    shares: shared.shares,
    interfaces: hasCard ? { eth0: {} } : {},
    programs: unionProgram(configuration, files, () => linux),
    modules: [
      ...hardware.drivers.map((name) => ({
        name,
        onLoad: () => hardware.start(name),
        ...refusals.get(name),
      })),
      ...modular.map((type) => ({
        name: moduleOf(type),
        fileSystems: [type],
        ...refusals.get(moduleOf(type)),
      })),
    ],
    withoutFileSystems: modular,
  });
  hardware.plugInto(linux);
  return { linux, assumptions };
}

/** The modules that the kernel would not take, with its answers: those of another kernel, and unsigned ones. */
function refusedModules(
  files: FileTree,
  release: string | undefined,
  commandLine: string,
): ReadonlyMap<string, Pick<ModuleDescription, "failure">> {
  const enforced = isEnforced(commandLine);
  const refused = Object.entries(files).flatMap(([path, file]) => {
    const failure = path.endsWith(".ko") && whyRefused(file, release, enforced);
    return failure ? [[moduleName(path), { failure }] as const] : [];
  });
  return new Map(refused);
}

/** Whether the kernel takes signed modules only, as its parameters say; see module.sig_enforce. */
function isEnforced(commandLine: string): boolean {
  const value = lastValue(parseCommandLine(commandLine), "module.sig_enforce");
  return value !== undefined && /^([1y]|on|$)/i.test(value);
}

function whyRefused(
  file: FileDescription,
  release: string | undefined,
  enforced: boolean,
): string | undefined {
  if (typeof file !== "object" || !("content" in file)) return undefined;
  const { content } = file;
  if (!(content instanceof Uint8Array) || content.length === 0) return undefined;
  const { vermagic, signed } = moduleInfo(content);
  if (enforced && !signed) return "EKEYREJECTED";
  return vermagic !== undefined && vermagic.split(" ")[0] !== release ? "ENOEXEC" : undefined;
}

/** What the union program of a volatile root does: it shows what is below, and stays. */
function unionProgram(
  { volatile }: BootConfiguration,
  files: FileTree,
  linux: () => SimulatedLinux,
): Readonly<Record<string, Program>> {
  const path = typeof volatile === "object" ? volatile.unionProgram : undefined;
  if (path === undefined || files[path] === undefined) return {};
  return {
    [path]: async ({ argv, killed }) => {
      const target = argv.at(-1) ?? "";
      const lower = /lowerdir=([^,]+)|RW:([^=]+)=RO/.exec(argv.join(" "));
      const source = lower?.[1] ?? lower?.[2] ?? "";
      linux().inspect.mount({ source, target, type: null, flags: MountFlag.Bind });
      await new Promise((resolve) => killed.addEventListener("abort", resolve));
    },
  };
}

/** The module that brings a type of file system. */
function moduleOf(type: string): string {
  return type === "iso9660" ? "isofs" : type;
}

function typesOf(disk: BlockDeviceDescription): string[] {
  const parts = [disk, ...(disk.partitions ?? [])];
  return parts.flatMap(({ fileSystem }) => (fileSystem === undefined ? [] : [fileSystem.type]));
}

/** What is looked for on a disk, and where it is told what cannot be known. */
interface Looking {
  readonly wanted: WantedOfRoot;
  readonly assumptions: string[];
}

async function describeDisk(
  file: string,
  looking: Looking,
): Promise<Omit<BlockDeviceDescription, "device" | "name">> {
  const { source, close } = await openSource(file);
  try {
    const table = await readPartitionTable(source);
    const partitions = (table?.partitions ?? []).map(async ({ number, start, size }) => ({
      number,
      start: Number(start),
      ...(await describeContent(
        { size, read: (at, length) => source.read(start + at, length) },
        { file, start },
        looking,
      )),
    }));
    return {
      ...(await describeContent(source, { file, start: 0n }, looking)),
      partitions: await Promise.all(partitions),
    };
  } finally {
    await close();
  }
}

/** Every byte that telling what is on a device takes, and the files that a root needs. */
async function describeContent(
  source: Source,
  place: Place,
  looking: Looking,
): Promise<BlockContent> {
  const content: Extent[] = [];
  const recording: Source = {
    size: source.size,
    async read(offset, length) {
      const bytes = await source.read(offset, length);
      content.push({ offset: Number(offset), bytes });
      return bytes;
    },
  };
  const found = await identify(recording).catch(() => undefined);
  await readPartitionTable(recording);
  const size = Number(source.size);
  if (found?.usage !== "filesystem") return { size, content };
  const files = await filesOn(found.type, place, looking);
  return { size, content, fileSystem: { type: found.type, files } };
}

/** Where in a disk image a file system begins. */
interface Place {
  readonly file: string;
  readonly start: bigint;
}

async function filesOn(
  type: string,
  { file, start }: Place,
  { wanted, assumptions }: Looking,
): Promise<FileTree> {
  const { loopFile } = wanted;
  const image = /^ext[234]$/.test(type) ? openExt4(file, start) : undefined;
  if (image === undefined) {
    const what = loopFile === undefined ? "a root with an init" : `one with ${loopFile}`;
    assumptions.push(`the ${type} on ${file} is taken for ${what}`);
    return usualRoot(wanted);
  }
  const files = image.rootFiles(wanted);
  const content = loopFile === undefined ? undefined : image.beginningOf(loopFile);
  if (loopFile === undefined || content === undefined) return files;
  const inner = await identify({
    size: BigInt(content.length),
    read: async (offset, length) => content.slice(Number(offset), Number(offset) + length),
  }).catch(() => undefined);
  if (inner?.usage !== "filesystem") return { ...files, [loopFile]: content };
  assumptions.push(`the ${inner.type} in ${loopFile} on ${file} is taken for a root with an init`);
  return { ...files, [loopFile]: rootImage(inner.type, wanted, content) };
}

/** What an image says about its kernel: the modules that it holds and those that are part of the kernel. */
function kernelOf(files: FileTree) {
  const paths = Object.keys(files);
  const index = paths.find((path) => /^\/lib\/modules\/[^/]+\/modules\.dep$/.test(path));
  const release = index?.split("/")[3];
  const builtin = index && files[index.replace(/dep$/, "builtin")];
  const text =
    typeof builtin === "object" && "content" in builtin
      ? Buffer.from(builtin.content ?? "").toString()
      : "";
  const parts = new Set(text.split("\n").map((path) => basename(path, ".ko").replaceAll("-", "_")));
  const held = new Set(
    paths
      .filter((path) => path.includes(".ko"))
      .map((path) =>
        basename(path)
          .replace(/\.ko.*$/, "")
          .replaceAll("-", "_"),
      ),
  );
  return {
    release,
    has: (name: string) => held.has(name),
    // A kernel without any modules has everything itself.
    isPart: (name: string) => index === undefined || parts.has(name),
  };
}
