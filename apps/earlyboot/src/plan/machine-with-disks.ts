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
import { usualRoot } from "@earlyboot/initrd-init";
import { identify, readPartitionTable, type Source } from "@earlyboot/block-devices";
import { openSource } from "../try/disk-image.ts";

/** A machine with some disks, for a simulation. */
export interface MachineWithDisks {
  readonly options: SimulationOptions;
  readonly assumptions: readonly string[];
}

/** Describes the machine that `earlyboot try` would start: its disks on virtio, in order. */
export async function machineWithDisks(
  files: FileTree,
  disks: readonly string[],
  { commandLine, programs }: { readonly commandLine: string; readonly programs: readonly string[] },
): Promise<MachineWithDisks> {
  const root = usualRoot(programs);
  const devices = await Promise.all(disks.map((disk, place) => describeDisk(disk, place, root)));
  const types = new Set([...devices.flatMap(typesOf), ...typesAskedFor(commandLine)]);
  const { release, has, isPart } = kernelOf(files);
  const modular = [...types].filter((type) => !isPart(type));
  const isReachable = has("virtio_pci") || isPart("virtio_pci");
  const driver: ModuleDescription = { name: "virtio_blk", devices: isReachable ? devices : [] };
  return {
    options: {
      start: "bare",
      files,
      commandLine,
      ...(release === undefined ? {} : { release }),
      devices: isPart("virtio_blk") ? devices : [],
      modules: [driver, ...modular.map((type) => ({ name: type, fileSystems: [type] }))],
      withoutFileSystems: modular,
      hardware: virtioHardware,
    },
    assumptions: disks.map((file) => `a file system on ${file} is taken for a root with an init`),
  };
}

/** What makes the modules of a virtio disk load. */
const virtioHardware: readonly SysfsDevice[] = [
  {
    bus: "pci",
    name: "0000:00:01.0",
    modalias: "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00",
  },
  { bus: "virtio", name: "virtio0", modalias: "virtio:d00000002v00001AF4" },
].map(({ bus, name, modalias }) => ({
  devpath: `/devices/pci0000:00/${name}`,
  subsystem: bus,
  properties: { MODALIAS: modalias },
  attributes: { modalias: () => modalias },
}));

/** The types of `rootfstype=`, which no disk need have. */
function typesAskedFor(commandLine: string): readonly string[] {
  return allValues(parseCommandLine(commandLine), "rootfstype").flatMap((list) => list.split(","));
}

function typesOf(disk: BlockDeviceDescription): string[] {
  const parts = [disk, ...(disk.partitions ?? [])];
  return parts.flatMap(({ fileSystem }) => (fileSystem === undefined ? [] : [fileSystem.type]));
}

async function describeDisk(
  file: string,
  index: number,
  root: FileTree,
): Promise<BlockDeviceDescription> {
  const { source, close } = await openSource(file);
  try {
    const table = await readPartitionTable(source);
    const partitions = (table?.partitions ?? []).map(async ({ number, start, size }) => ({
      number,
      start: Number(start),
      ...(await describeContent(
        { size, read: (at, length) => source.read(start + at, length) },
        root,
      )),
    }));
    return {
      name: `vd${String.fromCharCode("a".charCodeAt(0) + index)}`,
      ...(await describeContent(source, root)),
      partitions: await Promise.all(partitions),
    };
  } finally {
    await close();
  }
}

/** Every byte that telling what is on a device takes. */
async function describeContent(source: Source, root: FileTree): Promise<BlockContent> {
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
  const fileSystem =
    found?.usage === "filesystem" ? { fileSystem: { type: found.type, files: root } } : {};
  return { size: Number(source.size), content, ...fileSystem };
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
