import { basename } from "node:path";
import { allValues, parseCommandLine } from "@earlyboot/cmdline";
import type {
  BlockContent,
  BlockDeviceDescription,
  Extent,
  FileTree,
  ModuleDescription,
  SimulationOptions,
  SysfsDevice,
} from "@earlyboot/linux-syscalls/testing";
import { usualRoot, type WantedOfRoot } from "@earlyboot/initrd-init";
import { makedev } from "@earlyboot/linux-syscalls";
import { identify, readPartitionTable, type Source } from "@earlyboot/block-devices";
import { ext4RootFiles } from "./ext4-files.ts";
import { openSource } from "../try/disk-image.ts";

/** A machine with some disks, for a simulation. */
export interface MachineWithDisks {
  readonly options: SimulationOptions;
  readonly assumptions: readonly string[];
}

/** What {@link machineWithDisks} goes by. */
export interface MachineOptions {
  readonly commandLine: string;
  /** What is looked for on the disks besides the usual. */
  readonly wanted: WantedOfRoot;
}

/** Describes the machine that `earlyboot try` would start: its disks on virtio, in order. */
export async function machineWithDisks(
  files: FileTree,
  disks: readonly string[],
  { commandLine, wanted }: MachineOptions,
): Promise<MachineWithDisks> {
  const assumptions: string[] = [];
  const devices = await Promise.all(
    disks.map((file, index) => describeDisk(file, index, { wanted, assumptions })),
  );
  const types = new Set([
    ...devices.flatMap(typesOf),
    ...typesAskedFor(commandLine),
    // What a volatile root takes.
    "overlay",
    "fuse",
  ]);
  const { release, has, isPart } = kernelOf(files);
  const modular = [...types].filter((type) => !isPart(moduleOf(type)));
  const isReachable = has("virtio_pci") || isPart("virtio_pci");
  const driver: ModuleDescription = { name: "virtio_blk", devices: isReachable ? devices : [] };
  return {
    options: {
      start: "bare",
      files,
      commandLine,
      ...(release === undefined ? {} : { release }),
      devices: isPart("virtio_blk") ? devices : [],
      modules: [driver, ...modular.map((type) => ({ name: moduleOf(type), fileSystems: [type] }))],
      withoutFileSystems: modular,
      hardware: hardwareWith(disks.length),
    },
    assumptions,
  };
}

/** What asks for drivers in the machine that `earlyboot try` starts, as its kernel names it. */
function hardwareWith(disks: number): readonly SysfsDevice[] {
  const virtio = Array.from(
    { length: disks },
    (_, index): readonly (readonly [string, string])[] => [
      [`pci/0000:00:0${index + 1}.0`, "pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00"],
      [`virtio/virtio${index}`, "virtio:d00000002v00001AF4"],
    ],
  );
  return [...standingHardware, ...virtio.flat()].map(([place, modalias]) => {
    const [subsystem = "", name = ""] = place.split("/");
    return {
      devpath: `/devices/${subsystem}/${name}`,
      subsystem,
      properties: { MODALIAS: modalias },
      attributes: { modalias: () => modalias },
    };
  });
}

/** Of QEMU's machine q35; on another architecture none of these modules is in the image. */
const standingHardware: readonly (readonly [string, string])[] = [
  ["pci/0000:00:1f.2", "pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01"],
  ["pci/0000:00:1f.3", "pci:v00008086d00002930sv00001AF4sd00001100bc0Csc05i00"],
  ["platform/pcspkr", "platform:pcspkr"],
  ["platform/QEMU0002:00", "acpi:QEMU0002:"],
  ["serio/serio0", "serio:ty06pr00id00ex00"],
  ["serio/serio1", "serio:ty01pr00id00ex00"],
];

/** The module that brings a type of file system. */
function moduleOf(type: string): string {
  return type === "iso9660" ? "isofs" : type;
}

/** The types of `rootfstype=`, which no disk need have. */
function typesAskedFor(commandLine: string): readonly string[] {
  return allValues(parseCommandLine(commandLine), "rootfstype").flatMap((list) => list.split(","));
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
  index: number,
  looking: Looking,
): Promise<BlockDeviceDescription> {
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
      name: `vd${String.fromCharCode("a".charCodeAt(0) + index)}`,
      // The first number that the kernel gives to a driver without one of its own.
      device: makedev(254, 16 * index),
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
  const files = filesOn(found.type, place, looking);
  return { size, content, fileSystem: { type: found.type, files } };
}

/** Where in a disk image a file system begins. */
interface Place {
  readonly file: string;
  readonly start: bigint;
}

function filesOn(type: string, { file, start }: Place, looking: Looking): FileTree {
  const read = /^ext[234]$/.test(type) ? ext4RootFiles(file, start, looking.wanted) : undefined;
  if (read !== undefined) return read;
  looking.assumptions.push(`the ${type} on ${file} is taken for a root with an init`);
  return usualRoot(looking.wanted);
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
