import { listBlockDevices, type BlockDeviceInfo } from "@earlyboot/block-devices";
import {
  FileKind,
  type FileStatus,
  type Linux,
  parseDeviceNumber,
} from "@earlyboot/linux-syscalls";
import type {
  BlockDeviceDescription,
  Extent,
  FileDescription,
  FileTree,
  ModuleDescription,
  SimulationOptions,
  SysfsDevice,
} from "@earlyboot/linux-syscalls/testing";
import { defaultInits, readProgramHeader } from "@earlyboot/switch-root";

/** The part of Linux that mirroring a machine needs; none of it changes anything. */
export type MirrorLinux = Pick<
  Linux,
  | "lstat"
  | "openBlockDevice"
  | "readDirectory"
  | "readFile"
  | "readLink"
  | "readText"
  | "now"
  | "stat"
  | "sleep"
>;

/** What is looked for on a root besides what every root has. */
export interface WantedOfRoot {
  /** Programs besides the usual inits: `init=`, `earlyboot.load=`. */
  readonly programs?: readonly string[];
  /** Directories besides the usual ones: the mount points of declared file systems. */
  readonly directories?: readonly string[];
  /** A file with the image of a file system, which is the root: `earlyboot.loop=`. */
  readonly loopFile?: string | undefined;
}

/** What another machine shares: its type, and its tag or `HOST:PATH`. */
export interface Share {
  readonly type: string;
  readonly source: string;
}

/** What {@link mirrorMachine} goes by. */
export interface MirrorOptions extends WantedOfRoot {
  /** The files of the image that the machine is to be booted with. */
  readonly image: FileTree;
  /** Default: what the machine was booted with. */
  readonly commandLine?: string;
  /** What is mounted from other machines: it is taken for granted. */
  readonly shares?: readonly Share[];
}

/** A machine as a simulation can be made of it, and what had to be taken for granted. */
export interface MirroredMachine {
  readonly options: SimulationOptions;
  readonly assumptions: readonly string[];
}

/**
 * Looks at the machine that this runs on, and describes it for a simulation: its block devices with what is
 * on them, the drivers that they need, its hardware, and what is on the file systems that are mounted.
 */
export async function mirrorMachine(
  linux: MirrorLinux,
  { image, commandLine, shares = [], ...wanted }: MirrorOptions,
): Promise<MirroredMachine> {
  const { devices, extents } = await readDevices(linux);
  const mounted = mountPoints(linux);
  const shared = takeShares(shares, wanted);
  const assumptions = [...shared.assumptions];
  const disks = devices
    .filter(({ disk, status }) => disk === undefined && status !== "left-alone")
    .map((disk) => {
      const describe = (device: BlockDeviceInfo) => ({
        size: Number(device.size),
        content: extents.get(device.path) ?? [],
        ...fileSystemOf(linux, device, mounted.get(device.device), wanted, assumptions),
      });
      return {
        driver: driverOf(linux, disk.name),
        description: {
          ...describe(disk),
          name: disk.name,
          device: disk.device,
          partitions: devices
            .filter((device) => device.disk === disk.name)
            .map((device) => ({
              ...describe(device),
              number: device.partition?.number ?? 0,
              start: partitionStart(linux, device.name),
            })),
        } satisfies BlockDeviceDescription,
      };
    });
  const modular = new Set(
    disks.map(({ driver }) => driver).filter((driver) => driver !== undefined),
  );
  const isPresent = ({ driver }: (typeof disks)[number]) => driver === undefined;
  return {
    options: {
      start: "bare",
      files: image,
      commandLine: commandLine ?? linux.readText("/proc/cmdline").trim(),
      release: linux.readText("/proc/sys/kernel/osrelease").trim(),
      devices: disks.filter(isPresent).map(({ description }) => description),
      modules: [...modular].map((name): ModuleDescription => ({
        name,
        devices: disks
          .filter(({ driver }) => driver === name)
          .map(({ description }) => description),
      })),
      hardware: hardwareOf(linux),
      shares: shared.shares,
    },
    assumptions,
  };
}

/** All block devices, and every byte of them that telling what is on them takes. */
async function readDevices(linux: MirrorLinux): Promise<{
  readonly devices: readonly BlockDeviceInfo[];
  readonly extents: ReadonlyMap<string, readonly Extent[]>;
}> {
  const extents = new Map<string, Extent[]>();
  const recording: MirrorLinux = {
    ...linux,
    openBlockDevice: async (path) => {
      const device = await linux.openBlockDevice(path);
      const read = extents.get(path) ?? [];
      extents.set(path, read);
      return {
        ...device,
        size: device.size,
        sectorSize: device.sectorSize,
        close: () => device.close(),
        read: async (offset, length) => {
          const bytes = await device.read(offset, length);
          read.push({ offset: Number(offset), bytes });
          return bytes;
        },
      };
    },
  };
  return { devices: await listBlockDevices(recording), extents };
}

/** Where file systems are mounted, by the number of their device; the shortest path counts. */
function mountPoints(linux: Pick<Linux, "readText">): ReadonlyMap<bigint, string> {
  const points = new Map<bigint, string>();
  for (const line of linux.readText("/proc/self/mountinfo").split("\n")) {
    const [, , number = "", root, target = ""] = line.split(" ");
    const device = parseDeviceNumber(number);
    if (device === undefined || root !== "/") continue;
    const known = points.get(device);
    if (known === undefined || target.length < known.length) points.set(device, target);
  }
  return points;
}

/** What mounting a device would show: what is there where it is mounted, or what is usually there. */
function fileSystemOf(
  linux: MirrorLinux,
  { path, identification }: BlockDeviceInfo,
  mountPoint: string | undefined,
  wanted: WantedOfRoot,
  assumptions: string[],
): Pick<BlockDeviceDescription, "fileSystem"> {
  if (identification?.usage !== "filesystem") return {};
  const { type } = identification;
  if (mountPoint !== undefined) {
    const root = mountPoint.replace(/\/$/, "");
    const files = readRootFiles(linux, root, wanted);
    const { loopFile } = wanted;
    if (loopFile === undefined || describeKind(linux, root + loopFile) !== FileKind.Regular) {
      return { fileSystem: { type, files } };
    }
    assumptions.push(`${root}${loopFile} is taken for a squashfs with an init`);
    return { fileSystem: { type, files: { ...files, [loopFile]: rootImage("squashfs", wanted) } } };
  }
  assumptions.push(`${path} is not mounted: it is taken for a root with an init`);
  return { fileSystem: { type, files: usualRoot(wanted) } };
}

/** Takes shares for roots: what another machine has, nobody can look into here. */
export function takeShares(
  shares: readonly Share[],
  wanted: WantedOfRoot,
): {
  readonly shares: Readonly<Record<string, FileTree>>;
  readonly assumptions: readonly string[];
} {
  return {
    shares: Object.fromEntries(shares.map(({ source }) => [source, usualRoot(wanted)])),
    assumptions: shares.map(
      ({ type, source }) => `the ${type} share ${source} is taken for a root with an init`,
    ),
  };
}

/** What is taken for granted of a root that nobody can look into: an init, and all that is wanted. */
export function usualRoot(wanted: WantedOfRoot = {}): FileTree {
  const { programs = [], directories = [], loopFile } = wanted;
  const usual = ["/dev", "/proc", "/sys", "/run", "/etc"];
  return {
    ...Object.fromEntries<FileDescription>([
      ...[...usual, ...directories].map((path) => [path, { kind: "directory" }] as const),
      ...["/sbin/init", ...programs].map((path) => [path, { kind: "file", program: {} }] as const),
    ]),
    ...(loopFile === undefined ? {} : { [loopFile]: rootImage("squashfs", wanted) }),
  };
}

/** A file with the image of a file system that is taken for a root. */
export function rootImage(
  type: string,
  wanted: WantedOfRoot,
  content?: Uint8Array,
): FileDescription {
  const files = usualRoot({ ...wanted, loopFile: undefined });
  return { kind: "file", image: { type, files }, ...(content === undefined ? {} : { content }) };
}

const lookedFor = ["/dev", "/proc", "/sys", "/run", "/etc", "/etc/mtab", ...defaultInits];

/** The part of Linux that looking into a root needs. */
export interface RootFilesLinux extends Pick<Linux, "readFile" | "readLink"> {
  /** lstat(2), of which the mode is enough. */
  readonly lstat: (path: string) => Pick<FileStatus, "mode">;
}

/**
 * What is to be known of a root that can be looked into at `root`: the directories that are moved into it,
 * its inits, and what else is wanted; of programs also the interpreters that they name.
 */
export function readRootFiles(
  linux: RootFilesLinux,
  root: string,
  { programs = [], directories = [] }: WantedOfRoot = {},
): FileTree {
  const tree: Record<string, FileDescription> = {};
  for (const path of [...lookedFor, ...directories, ...programs])
    addPath(linux, root, path, tree, 0);
  return tree;
}

const mostLinks = 40;

/** Adds a path, each link on the way to it, and where they lead. */
function addPath(
  linux: RootFilesLinux,
  root: string,
  path: string,
  tree: Record<string, FileDescription>,
  links: number,
): void {
  const names = path.split("/").filter((name) => name !== "");
  for (const [place] of names.entries()) {
    const here = `/${names.slice(0, place + 1).join("/")}`;
    const file = describeFile(linux, root + here);
    if (file === undefined) return;
    tree[here] ??= file;
    const interpreter = interpreterOf(file);
    if (interpreter !== undefined && links < mostLinks) {
      addPath(linux, root, interpreter, tree, links + 1);
    }
    if (typeof file === "string" || !("kind" in file) || file.kind !== "link") continue;
    const parent = here.slice(0, here.lastIndexOf("/"));
    const target = file.target.startsWith("/") ? file.target : `${parent}/${file.target}`;
    if (links < mostLinks) {
      addPath(
        linux,
        root,
        normal(`${target}/${names.slice(place + 1).join("/")}`),
        tree,
        links + 1,
      );
    }
    return;
  }
}

/** The program that the kernel would run before this one: see execve(2). */
function interpreterOf(file: FileDescription): string | undefined {
  if (typeof file === "string" || !("content" in file)) return undefined;
  const { content } = file;
  if (!(content instanceof Uint8Array)) return undefined;
  try {
    return readProgramHeader((offset, length) => content.subarray(offset, offset + length))
      .interpreter;
  } catch {
    return undefined;
  }
}

function normal(path: string): string {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `/${names.join("/")}`;
}

function describeFile(linux: RootFilesLinux, path: string): FileDescription | undefined {
  try {
    const { mode } = linux.lstat(path);
    const kind = mode & FileKind.Mask;
    if (kind === FileKind.Directory) return { kind: "directory", mode: mode & 0o7777 };
    if (kind === FileKind.Link) return { kind: "link", target: linux.readLink(path) };
    if (kind === FileKind.Regular) {
      return { kind: "file", mode: mode & 0o7777, content: linux.readFile(path), program: {} };
    }
    return undefined;
  } catch {
    return undefined;
  }
}

function describeKind(linux: RootFilesLinux, path: string): number | undefined {
  try {
    return linux.lstat(path).mode & FileKind.Mask;
  } catch {
    return undefined;
  }
}

/** The module that drives a disk; `undefined` for a driver that is part of the kernel. */
function driverOf(linux: MirrorLinux, disk: string): string | undefined {
  try {
    const target = linux.readLink(`/sys/class/block/${disk}/device/driver/module`);
    return target.slice(target.lastIndexOf("/") + 1);
  } catch {
    return undefined;
  }
}

/** Where a partition begins, in bytes; sysfs counts sectors of 512. */
function partitionStart(linux: MirrorLinux, name: string): number {
  try {
    return Number(linux.readText(`/sys/class/block/${name}/start`)) * 512;
  } catch {
    return 0;
  }
}

/** Every device that asks for a driver, as sysfs shows it by bus. */
function hardwareOf(linux: MirrorLinux): readonly SysfsDevice[] {
  return entries(linux, "/sys/bus").flatMap((bus) =>
    entries(linux, `/sys/bus/${bus}/devices`).flatMap((name): readonly SysfsDevice[] => {
      const modalias = textOf(linux, `/sys/bus/${bus}/devices/${name}/modalias`);
      if (modalias === undefined || modalias === "") return [];
      return [
        {
          devpath: `/devices/mirrored/${bus}/${name}`,
          subsystem: bus,
          properties: { MODALIAS: modalias },
          attributes: { modalias: () => modalias },
        },
      ];
    }),
  );
}

function entries(linux: Pick<Linux, "readDirectory">, path: string): readonly string[] {
  try {
    return linux.readDirectory(path).map(({ name }) => name);
  } catch {
    return [];
  }
}

function textOf(linux: Pick<Linux, "readText">, path: string): string | undefined {
  try {
    return linux.readText(path).trim();
  } catch {
    return undefined;
  }
}
