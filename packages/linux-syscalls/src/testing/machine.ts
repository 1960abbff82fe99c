import { FileSystemMagic, MountFlag } from "../constants.ts";
import { makedev } from "../device-number.ts";
import { addBlockDevice } from "./block-devices.ts";
import { blockType, blockTypeMagics } from "./block-types.ts";
import { type Clock, simulateClock } from "./clock.ts";
import { simulateConsole } from "./console.ts";
import { fillDevices } from "./device-nodes.ts";
import { efivarfsType } from "./efi-variables.ts";
import type { Ending } from "./ending.ts";
import type { FileSystemType } from "./file-system-type.ts";
import {
  devptsType,
  emptyType,
  otherSingletons,
  otherTypes,
  ramfsType,
  singletonType,
  tmpfsType,
} from "./file-system-types.ts";
import { type FileTree, plantFile, plantFiles } from "./file-tree.ts";
import { addHardware } from "./hardware.ts";
import { putDirectory } from "./generate.ts";
import { type AnonymousOwner, type Kernel, type Process, makeAnonymous } from "./kernel.ts";
import { type ModuleWorld, startModule } from "./module-calls.ts";
import { tmpfsOptions } from "./mount-data.ts";
import { type Mount, type MountTree, type Place, makeMount } from "./mount-tree.ts";
import { type NetworkState, addInterface } from "./network-calls.ts";
import { openPlace } from "./open-calls.ts";
import type { OpenFile } from "./open-file.ts";
import { overlayType } from "./overlay.ts";
import { fillProc } from "./proc.ts";
import type { ProcessWorld } from "./process-calls.ts";
import type { CallRecord } from "./record-calls.ts";
import { shareTypes } from "./share-types.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import type { SuperBlock } from "./super-block.ts";
import { fillSysfs } from "./sysfs.ts";
import { simulateUevents } from "./uevents.ts";

/** Everything that a simulated machine consists of. */
export interface Machine {
  readonly kernel: Kernel;
  readonly world: ModuleWorld;
  readonly processes: ProcessWorld;
  readonly network: NetworkState;
  readonly records: CallRecord[];
  readonly log: string[];
  readonly printed: number[];
  readonly ended: Promise<Ending>;
  readonly type: (text: string) => void;
}

/** Builds the machine that the options describe. */
export function assemble(options: SimulationOptions): Machine {
  const { now = 1000, realTime = Date.UTC(2024, 0, 1), memory = 2 ** 30 } = options;
  const clock = simulateClock(now, realTime);
  const kernel = makeKernel(clock, options, memory);
  const { proc, sysfs, devtmpfs } = registerTypes(kernel, options, memory);
  const world: ModuleWorld = {
    kernel,
    sysfs,
    devtmpfs,
    uevents: simulateUevents(clock, options.ueventCapacity ?? 1000),
    present: new Map(),
    descriptions: new Map((options.modules ?? []).map((module) => [module.name, module])),
    loaded: new Map(),
    release: options.release ?? "6.12.0-simulated",
    decompresses: options.moduleCompression !== undefined,
  };
  const console = simulateConsole(clock, options.console ?? {});
  const log: string[] = [];
  fillDevices(kernel, devtmpfs, console.device, log);
  fillSysfs(sysfs, world.uevents, options);
  fillProc(kernel, proc, {
    commandLine: options.commandLine ?? "",
    release: world.release,
    memory,
    consoles: "ttyS0                -W- (EC p  )    4:64\n",
    modules: () => [...world.loaded.values()],
  });
  const network: NetworkState = { interfaces: new Map(), routes: [] };
  addInterface(world, network, "lo", { kind: "loopback" });
  for (const [name, description] of Object.entries(options.interfaces ?? {})) {
    addInterface(world, network, name, description);
  }
  for (const device of options.hardware ?? []) addHardware(world, device);
  for (const device of options.devices ?? []) addBlockDevice(world, device);
  for (const module of options.modules ?? [])
    if (module.loaded === true) startModule(world, module);
  plant(kernel, options, { proc, sysfs, devtmpfs });
  if (options.start !== "bare") mountEssentials(kernel, { proc, sysfs, devtmpfs });
  openConsole(kernel);

  const { promise: ended, resolve: end } = Promise.withResolvers<Ending>();
  const processes: ProcessWorld = {
    kernel,
    children: new Map(),
    handlers: new Map(),
    reapers: new Set(),
    print: console.print,
    end,
    nextPid: kernel.process.pid + 100,
  };
  const { printed, type } = console;
  return { kernel, world, processes, network, records: [], log, printed, ended, type };
}

function makeKernel(clock: Clock, options: SimulationOptions, memory: number): Kernel {
  const { rootType = "tmpfs", nullfs = false, pid = 1 } = options;
  const owner = { clock, anonymous: { next: 1 } };
  const tree: MountTree = { mounts: [], nextId: 1, nextGroup: 1 };
  const type = rootType === "tmpfs" ? tmpfsType(owner, memory) : ramfsType(owner);
  if (nullfs) mountRoot(owner, tree, emptyType(owner, "nullfs", FileSystemMagic.Nullfs));
  const mount = mountRoot(owner, tree, { ...type, name: "rootfs" });
  return {
    ...owner,
    tree,
    process: startProcess(pid, { mount, dentry: mount.root }),
    ending: undefined,
    types: new Map(),
    characters: new Map(),
    backing: new Map(),
    blocks: new Map(),
  };
}

function startProcess(pid: number, root: Place): Process {
  const descriptors = new Map<number, OpenFile>();
  return { pid, root, directory: root, umask: 0o022, session: 0, terminal: undefined, descriptors };
}

/** Puts a file system at the very root, or on top of the one that is there. */
function mountRoot(owner: AnonymousOwner, tree: MountTree, type: FileSystemType): Mount {
  const superBlock = makeAnonymous(owner, { type });
  const mount = makeMount(tree, { superBlock, root: superBlock.root, source: "none" });
  const [below] = tree.mounts;
  if (below !== undefined) mount.place = { mount: below, dentry: below.root };
  tree.mounts.push(mount);
  return mount;
}

interface Singletons {
  readonly proc: SuperBlock;
  readonly sysfs: SuperBlock;
  readonly devtmpfs: SuperBlock;
}

const procType = {
  name: "proc",
  magic: FileSystemMagic.Proc,
  fixed: { open: "ENOENT", make: "ENOENT" },
} as const;

const sysfsType = {
  name: "sysfs",
  magic: FileSystemMagic.Sysfs,
  fixed: { open: "EACCES", make: "EPERM" },
} as const;

function registerTypes(kernel: Kernel, options: SimulationOptions, memory: number): Singletons {
  const one = (name: string, magic: number, known?: readonly string[]) =>
    singletonType(kernel, { name, magic }, known, 0o755);
  const proc = singletonType(kernel, procType, ["gid", "hidepid", "subset"]);
  const sysfs = singletonType(kernel, sysfsType, []);
  const devtmpfs = one("devtmpfs", FileSystemMagic.Tmpfs, tmpfsOptions);
  const types = [
    sysfs.type,
    tmpfsType(kernel, memory),
    proc.type,
    devtmpfs.type,
    devptsType(kernel),
    ramfsType(kernel),
    overlayType(kernel),
    emptyType(kernel, "fuse", FileSystemMagic.Fuse),
    ...otherSingletons.map(([name, magic]) => one(name, magic).type),
    ...otherTypes.map(([name, magic]) => emptyType(kernel, name, magic)),
    ...shareTypes(kernel, options.shares ?? {}),
    ...(options.efiVariables ? [efivarfsType(kernel, options.efiVariables)] : []),
    ...Object.keys(blockTypeMagics).map((name) => blockType(kernel, name)),
  ];
  const without = options.withoutFileSystems ?? [];
  for (const type of types) if (!without.includes(type.name)) kernel.types.set(type.name, type);
  return { proc: proc.superBlock, sysfs: sysfs.superBlock, devtmpfs: devtmpfs.superBlock };
}

/** What an image has in its `/dev`: without them no program could begin. */
const imageNodes: FileTree = {
  "/dev/console": { kind: "character", device: makedev(5, 1), mode: 0o600 },
  "/dev/null": { kind: "character", device: makedev(1, 3), mode: 0o666 },
};

/** Plants the described files where they will be seen. */
function plant(
  { process }: Kernel,
  { files = {}, programs = {}, start }: SimulationOptions,
  { proc, sysfs, devtmpfs }: Singletons,
): void {
  const root = process.root.mount.superBlock;
  for (const path of ["/dev", "/mnt", "/proc", "/root", "/run", "/sys", "/tmp"])
    putDirectory(root, path);
  const homes: readonly (readonly [prefix: string, superBlock: SuperBlock])[] = [
    ["/proc", proc],
    ["/sys", sysfs],
    ...(start === "bare" ? [] : [["/dev", devtmpfs] as const]),
  ];
  plantFiles(root, imageNodes);
  const described: FileTree = {
    ...files,
    ...Object.fromEntries(
      Object.entries(programs).map(([path, program]) => [path, { kind: "file", program }] as const),
    ),
  };
  for (const [path, file] of Object.entries(described)) {
    const home = homes.find(([prefix]) => path.startsWith(`${prefix}/`));
    plantFile(home?.[1] ?? root, home === undefined ? path : path.slice(home[0].length), file);
  }
}

function mountEssentials({ tree, process }: Kernel, singletons: Singletons): void {
  const { mount } = process.root;
  const rows = [
    ["/proc", "proc", singletons.proc],
    ["/sys", "sysfs", singletons.sysfs],
    ["/dev", "devtmpfs", singletons.devtmpfs],
  ] as const;
  for (const [path, source, superBlock] of rows) {
    const made = makeMount(tree, {
      superBlock,
      root: superBlock.root,
      source,
      flags: MountFlag.RelAtime,
    });
    made.place = { mount, dentry: putDirectory(mount.superBlock, path) };
    tree.mounts.push(made);
  }
}

/** The kernel starts a program with its console as the descriptors 0, 1 and 2. */
function openConsole(kernel: Kernel): void {
  const { descriptors, root } = kernel.process;
  const file = openPlace(kernel, root, "/dev/console", { access: "read-write" });
  for (const descriptor of [0, 1, 2]) descriptors.set(descriptor, file);
}
