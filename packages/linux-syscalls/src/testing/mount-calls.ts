import { MountFlag } from "../constants.ts";
import type { FileSystemStatus, MountRequest, Mounts } from "../linux.ts";
import { filesOf } from "./directory.ts";
import type { FileSystemType } from "./file-system-type.ts";
import { hasFlag } from "./has-flag.ts";
import { isDirectory, isLink } from "./inode.ts";
import { fail } from "./kernel-fault.ts";
import { type Kernel, walkerOf } from "./kernel.ts";
import { newMountFlags, perFileSystem, statfsFlagsOf } from "./mount-flags.ts";
import {
  type Mount,
  type MountTree,
  type Place,
  copyMount,
  copySubtree,
  isMountedWithin,
  makeMount,
  subtreeOf,
  topOf,
} from "./mount-tree.ts";
import { walk } from "./path-walk.ts";
import { pivotRoot, walkToDirectory } from "./pivot-root.ts";
import { type Propagation, attach, setPropagation } from "./propagation.ts";
import { remount, remountBind } from "./remount.ts";
import { umount } from "./unmount.ts";
import { usedBlocks } from "./usage.ts";

/** The calls of {@link Mounts}, as `fs/namespace.c` decides them. */
export function mountCalls(kernel: Kernel): Mounts {
  return {
    mount: (request) => mountAny(kernel, request),
    umount2: (target, flags = 0) => umount(kernel, target, flags),
    pivotRoot: (newRoot, putOld) => pivotRoot(kernel, newRoot, putOld),
    chroot: (path) => {
      kernel.process.root = walkToDirectory(kernel, path);
    },
    statfs: (path) => statfs(walk(walkerOf(kernel), path).mount),
  };
}

const propagationFlags =
  MountFlag.Shared | MountFlag.Private | MountFlag.Slave | MountFlag.Unbindable;

function mountAny(kernel: Kernel, request: MountRequest): void {
  const { flags = 0 } = request;
  const target = walk(walkerOf(kernel), request.target);
  if (hasFlag(flags, MountFlag.Remount) && hasFlag(flags, MountFlag.Bind))
    remountBind(kernel, target, flags);
  else if (hasFlag(flags, MountFlag.Remount)) remount(kernel, target, flags, request.data ?? null);
  else if (hasFlag(flags, MountFlag.Bind)) bind(kernel, request, target, flags);
  else if (hasFlag(flags, propagationFlags)) changePropagation(kernel, target, flags);
  else if (hasFlag(flags, MountFlag.Move)) move(kernel, request, target);
  else mountNew(kernel, request, target, flags);
}

function bind(kernel: Kernel, { source }: MountRequest, target: Place, flags: number): void {
  const { tree } = kernel;
  const from = walkToSource(kernel, source);
  const place = lockPlace(tree, target);
  if (from.mount.unbindable || !tree.mounts.includes(from.mount)) fail("EINVAL");
  const copies = hasFlag(flags, MountFlag.Recursive)
    ? copySubtree(tree, from.mount, from.dentry)
    : [copyMount(tree, from.mount, from.dentry)];
  checkKind(from, place);
  attach(tree, copies, place);
}

function walkToSource(kernel: Kernel, source: string | null | undefined): Place {
  if (source === undefined || source === null || source === "") fail("EINVAL");
  return walk(walkerOf(kernel), source);
}

/** Where a mount goes: on top of what is mounted there. What is removed or detached takes none. */
function lockPlace(tree: MountTree, target: Place): Place {
  const place = topOf(tree, target);
  return place.dentry.gone || !tree.mounts.includes(place.mount) ? fail("ENOENT") : place;
}

/** A directory is mounted on a directory, anything else on anything else. */
function checkKind(from: Place, on: Place, answer = "ENOTDIR"): void {
  if (isDirectory(from.dentry.inode) !== isDirectory(on.dentry.inode)) fail(answer);
}

const propagations: ReadonlyMap<number, Propagation> = new Map([
  [MountFlag.Shared, "shared"],
  [MountFlag.Private, "private"],
  [MountFlag.Slave, "slave"],
  [MountFlag.Unbindable, "unbindable"],
]);

function changePropagation({ tree }: Kernel, { mount, dentry }: Place, flags: number): void {
  if (dentry !== mount.root || !tree.mounts.includes(mount)) fail("EINVAL");
  const propagation =
    propagations.get(flags & ~(MountFlag.Recursive | MountFlag.Silent)) ?? fail("EINVAL");
  const changed = hasFlag(flags, MountFlag.Recursive) ? subtreeOf(tree, mount) : [mount];
  for (const each of changed) setPropagation(tree, each, propagation);
}

function move({ tree, ...kernel }: Kernel, { source }: MountRequest, target: Place): void {
  const from = walkToSource({ tree, ...kernel }, source);
  if (from.dentry !== from.mount.root) fail("EINVAL");
  checkKind(from, topOf(tree, target), "EINVAL");
  const place = lockPlace(tree, target);
  if (from.mount.place === undefined) fail("EINVAL");
  if (from.mount.place.mount.peerGroup !== undefined) fail("EINVAL");
  const moved = subtreeOf(tree, from.mount);
  if (place.mount.peerGroup !== undefined && moved.some((each) => each.unbindable)) fail("EINVAL");
  if (isMountedWithin(place.mount, from.mount)) fail("ELOOP");
  attach(tree, moved, place);
}

function mountNew(kernel: Kernel, request: MountRequest, target: Place, flags: number): void {
  const { source = null, data = null } = request;
  const type = findType(kernel, request.type);
  const readOnly = hasFlag(flags, MountFlag.ReadOnly);
  const superBlock = type.open({ source, data: data === "" ? null : data, readOnly });
  superBlock.flags |= flags & perFileSystem;
  const place = lockPlace(kernel.tree, target);
  const isTwice = place.mount.superBlock === superBlock && place.dentry === place.mount.root;
  if (isTwice) fail("EBUSY");
  const root = { mount: place.mount, dentry: superBlock.root };
  if (isLink(superBlock.root.inode)) fail("EINVAL");
  checkKind(root, place);
  const fields = { superBlock, root: superBlock.root, source: source ?? "none" };
  attach(kernel.tree, [makeMount(kernel.tree, { ...fields, flags: newMountFlags(flags) })], place);
}

/** A type by its name; what stands after a dot is the type's own affair, as in `fuse.sshfs`. */
function findType({ types }: Kernel, name: string | null | undefined): FileSystemType {
  if (name === undefined || name === null) fail("EINVAL");
  return types.get(name.replace(/\..*/, "")) ?? fail("ENODEV");
}

function statfs(mount: Mount): FileSystemStatus {
  const { type, capacity } = mount.superBlock;
  const blocks = capacity.blocks ?? 0;
  const free = Math.max(0, blocks - usedBlocks(mount.superBlock));
  const files = capacity.files ?? 0;
  const made = files === 0 ? 0 : [...filesOf(mount.superBlock)].length;
  return {
    type: type.magic,
    blockSize: capacity.blockSize,
    blocks: BigInt(blocks),
    blocksFree: BigInt(free),
    blocksAvailable: BigInt(free),
    files: BigInt(files),
    filesFree: BigInt(Math.max(0, files - made)),
    flags: statfsFlagsOf(mount),
  };
}
