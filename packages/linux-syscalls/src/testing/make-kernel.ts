import { FileSystemMagic } from "../constants.ts";
import type { Clock } from "./clock.ts";
import type { FileSystemType } from "./file-system-type.ts";
import { emptyType, ramfsType, tmpfsType } from "./file-system-types.ts";
import { type AnonymousOwner, type Kernel, type Process, makeAnonymous } from "./kernel.ts";
import { type Mount, type MountTree, type Place, makeMount } from "./mount-tree.ts";
import type { OpenFile } from "./open-file.ts";
import type { SimulationOptions } from "./simulation-options.ts";

/** A kernel with a root file system, a process and nothing else. */
export function makeKernel(clock: Clock, options: SimulationOptions, memory: number): Kernel {
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
    modularTypes: new Map(),
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
