import { ModuleFlag } from "../constants.ts";
import type { Modules } from "../linux.ts";
import { type BlockWorld, addBlockDevice } from "./block-devices.ts";
import { fileOf } from "./descriptor-calls.ts";
import { emptyType } from "./file-system-types.ts";
import { putDirectory, putFile, putText, removeTree } from "./generate.ts";
import { fail } from "./kernel-fault.ts";
import { type ModuleInfo, isCompressed, readModuleImage } from "./module-image.ts";
import type { LoadedModule, ModuleDescription } from "./module-state.ts";

/** The modules of a machine: those that are described, and those that are loaded. */
export interface ModuleWorld extends BlockWorld {
  readonly descriptions: ReadonlyMap<string, ModuleDescription>;
  readonly loaded: Map<string, LoadedModule>;
  /** The running kernel's release, which the vermagic of a module has to begin with. */
  readonly release: string;
  /** Whether the kernel can decompress modules (CONFIG_MODULE_DECOMPRESS). */
  readonly decompresses: boolean;
}

/** The calls of {@link Modules}. */
export function moduleCalls(world: ModuleWorld): Modules {
  return {
    finitModule: async (descriptor, parameters, flags = 0) => {
      const { inode, reads } = fileOf(world.kernel, descriptor);
      if (!reads) fail("EBADF");
      const known = Object.values(ModuleFlag).reduce((sum, flag) => sum | flag, 0);
      if ((flags & ~known) !== 0) fail("EINVAL");
      const named = inode.module === undefined ? undefined : infoOf(inode.module);
      await load(
        world,
        named ?? unpack(world, inode.content, flags),
        parameters,
        flags,
        inode.content,
      );
    },
    initModule: async (image, parameters) => {
      await load(world, readModuleImage(image) ?? fail("ENOEXEC"), parameters, 0, image);
    },
    deleteModule: (name) => {
      const module = world.loaded.get(name) ?? fail("ENOENT");
      if (module.users.size > 0) fail("EAGAIN");
      if (module.state !== "live") fail("EBUSY");
      unload(world, name);
    },
  };
}

function infoOf(name: string): ModuleInfo {
  return { name, depends: [], vermagic: undefined };
}

/** A compressed file is one that the flag says is one; the kernel does not guess. */
function unpack(world: ModuleWorld, content: Uint8Array, flags: number): ModuleInfo {
  if ((flags & ModuleFlag.CompressedFile) === 0) return readModuleImage(content) ?? fail("ENOEXEC");
  if (!world.decompresses) fail("EOPNOTSUPP");
  if (!isCompressed(content)) fail("EINVAL");
  const named = [...world.descriptions.values()].find(({ images = [] }) =>
    images.some((image) => isEqual(image, content)),
  );
  return infoOf(named?.name ?? fail("ENOEXEC"));
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

async function load(
  world: ModuleWorld,
  { name, depends, vermagic }: ModuleInfo,
  parameters: string,
  flags: number,
  { length }: Uint8Array,
): Promise<void> {
  const { loaded, descriptions, kernel, release } = world;
  const description = descriptions.get(name) ?? { name };
  const isChecked = (flags & ModuleFlag.IgnoreVermagic) === 0 && vermagic !== undefined;
  if (isChecked && vermagic.split(" ")[0] !== release) fail("ENOEXEC");
  const there = loaded.get(name);
  if (there?.state === "live") fail("EEXIST");
  if (there !== undefined) return refuseWhenLive(world, name);
  const needed = description.depends ?? depends;
  if (needed.some((each) => loaded.get(each)?.state !== "live")) fail("ENOENT");
  const module: LoadedModule = {
    name,
    size: length,
    users: new Set(),
    parameters,
    state: "coming",
  };
  loaded.set(name, module);
  for (const each of needed) loaded.get(each)?.users.add(name);
  showModule(world, module);
  const { takes = 0, failure } = description;
  if (takes > 0) await passTime(world, takes);
  if (failure !== undefined) {
    unload(world, name);
    fail(failure);
  }
  module.state = "live";
  start(world, description);
  kernel.clock.touch();
}

/** A second load of a module waits for the first, and then finds it there. */
async function refuseWhenLive(world: ModuleWorld, name: string): Promise<void> {
  while (world.loaded.get(name)?.state === "coming") await passTime(world, 1);
  fail(world.loaded.has(name) ? "EEXIST" : "EBUSY");
}

function passTime({ kernel: { clock } }: ModuleWorld, milliseconds: number): Promise<void> {
  return clock.wait<void>((done) => clock.schedule(clock.now() + milliseconds, done));
}

/** Puts a module into the kernel as one that was there from the start. */
export function startModule(world: ModuleWorld, description: ModuleDescription): void {
  const { name } = description;
  const users = new Set<string>();
  const module: LoadedModule = { name, size: 16384, users, parameters: "", state: "live" };
  world.loaded.set(name, module);
  showModule(world, module);
  start(world, description);
}

/** What a module does once it is live. */
function start(world: ModuleWorld, description: ModuleDescription): void {
  const { kernel } = world;
  const { fileSystems = [], devices = [], onLoad } = description;
  for (const name of fileSystems) {
    const type = kernel.modularTypes.get(name) ?? emptyType(kernel, name, 0);
    if (!kernel.types.has(name)) kernel.types.set(name, type);
  }
  for (const device of devices) {
    const appears =
      device.appears === undefined ? {} : { appears: kernel.clock.now() + device.appears };
    addBlockDevice(world, { ...device, ...appears });
  }
  onLoad?.();
}

function showModule({ sysfs, uevents }: ModuleWorld, module: LoadedModule): void {
  const path = `/module/${module.name}`;
  putDirectory(sysfs, path);
  putFile(sysfs, `${path}/initstate`, { read: () => `${module.state}\n` });
  putFile(sysfs, `${path}/refcnt`, { read: () => `${module.users.size}\n` });
  for (const word of module.parameters.match(/(?:[^\s"]|"[^"]*")+/g) ?? []) {
    const [name = "", value = "Y"] = word.split("=");
    putText(sysfs, `${path}/parameters/${name}`, value.replaceAll('"', ""));
  }
  uevents.announce("add", path, { SUBSYSTEM: "module" });
}

function unload(world: ModuleWorld, name: string): void {
  world.loaded.delete(name);
  for (const other of world.loaded.values()) other.users.delete(name);
  removeTree(world.sysfs, `/module/${name}`);
  world.uevents.announce("remove", `/module/${name}`, { SUBSYSTEM: "module" });
}
