import { FileKind, MountFlag, UmountFlag } from "../constants.ts";
import type { FileSystemStatus, Mounts, MountRequest } from "../linux.ts";
import { filesOf } from "./directory.ts";
import type { FileSystemType } from "./file-system-type.ts";
import { isDirectory, isLink, kindOf } from "./inode.ts";
import { type Kernel, isHeld, walkerOf } from "./kernel.ts";
import { fail } from "./kernel-fault.ts";
import { perFileSystem, newMountFlags, remountFlags, statfsFlagsOf } from "./mount-flags.ts";
import {
  type Mount,
  type MountTree,
  type Place,
  childrenOf,
  copyMount,
  copySubtree,
  isMountedWithin,
  isReachable,
  makeMount,
  subtreeOf,
  topOf,
} from "./mount-tree.ts";
import { isSame, walk } from "./path-walk.ts";
import { type Propagation, attach, companionsOf, detach, setPropagation } from "./propagation.ts";
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
  if (has(flags, MountFlag.Remount) && has(flags, MountFlag.Bind))
    remountBind(kernel, target, flags);
  else if (has(flags, MountFlag.Remount)) remount(kernel, target, flags, request.data ?? null);
  else if (has(flags, MountFlag.Bind)) bind(kernel, request, target, flags);
  else if (has(flags, propagationFlags)) changePropagation(kernel, target, flags);
  else if (has(flags, MountFlag.Move)) move(kernel, request, target);
  else mountNew(kernel, request, target, flags);
}

function has(flags: number, wanted: number): boolean {
  return (flags & wanted) !== 0;
}

function remountBind(kernel: Kernel, { mount, dentry }: Place, flags: number): void {
  if (dentry !== mount.root) fail("EINVAL");
  const becomesReadOnly = has(flags, MountFlag.ReadOnly) && !has(mount.flags, MountFlag.ReadOnly);
  if (becomesReadOnly && isWritten(kernel, (other) => other === mount)) fail("EBUSY");
  mount.flags = remountFlags(mount.flags, flags);
}

function remount(
  kernel: Kernel,
  { mount, dentry }: Place,
  flags: number,
  data: string | null,
): void {
  if (dentry !== mount.root) fail("EINVAL");
  const { superBlock } = mount;
  const readOnly = has(flags, MountFlag.ReadOnly);
  const isUsed = (other: Mount): boolean => other.superBlock === superBlock;
  superBlock.type.reconfigure?.(superBlock, { data, readOnly });
  if (readOnly && !superBlock.readOnly && isWritten(kernel, isUsed)) fail("EBUSY");
  superBlock.readOnly = readOnly;
  superBlock.flags = flags & perFileSystem;
  mount.flags = remountFlags(mount.flags, flags);
}

/** Whether a file in one of the mounts is open for writing; writing to a device does not count. */
function isWritten({ process }: Kernel, isMeant: (mount: Mount) => boolean): boolean {
  return [...process.descriptors.values()].some(
    ({ place, inode, writes }) =>
      writes && kindOf(inode) === FileKind.Regular && place !== undefined && isMeant(place.mount),
  );
}

function bind(kernel: Kernel, { source }: MountRequest, target: Place, flags: number): void {
  const { tree } = kernel;
  const from = walkToSource(kernel, source);
  if (from.mount.unbindable) fail("EINVAL");
  const place = topOf(tree, target);
  const copies = has(flags, MountFlag.Recursive)
    ? copySubtree(tree, from.mount, from.dentry)
    : [copyMount(tree, from.mount, from.dentry)];
  checkPlace(tree, from, place);
  attach(tree, copies, place);
}

function walkToSource(kernel: Kernel, source: string | null | undefined): Place {
  if (source === undefined || source === null || source === "") fail("EINVAL");
  return walk(walkerOf(kernel), source);
}

/** A directory is mounted on a directory, anything else on anything else, and only in the tree. */
function checkPlace(tree: MountTree, from: Place, on: Place, answer = "ENOTDIR"): void {
  if (on.dentry.gone || !tree.mounts.includes(on.mount)) fail("ENOENT");
  if (isDirectory(from.dentry.inode) !== isDirectory(on.dentry.inode)) fail(answer);
}

const propagations: ReadonlyMap<number, Propagation> = new Map([
  [MountFlag.Shared, "shared"],
  [MountFlag.Private, "private"],
  [MountFlag.Slave, "slave"],
  [MountFlag.Unbindable, "unbindable"],
]);

function changePropagation({ tree }: Kernel, { mount, dentry }: Place, flags: number): void {
  if (dentry !== mount.root) fail("EINVAL");
  const propagation =
    propagations.get(flags & ~(MountFlag.Recursive | MountFlag.Silent)) ?? fail("EINVAL");
  const changed = has(flags, MountFlag.Recursive) ? subtreeOf(tree, mount) : [mount];
  for (const each of changed) setPropagation(tree, each, propagation);
}

function move({ tree, ...kernel }: Kernel, { source }: MountRequest, target: Place): void {
  const from = walkToSource({ tree, ...kernel }, source);
  const place = topOf(tree, target);
  if (from.dentry !== from.mount.root || from.mount.place === undefined) fail("EINVAL");
  checkPlace(tree, from, place, "EINVAL");
  if (from.mount.place.mount.peerGroup !== undefined) fail("EINVAL");
  const moved = subtreeOf(tree, from.mount);
  if (place.mount.peerGroup !== undefined && moved.some((each) => each.unbindable)) fail("EINVAL");
  if (isMountedWithin(place.mount, from.mount)) fail("ELOOP");
  attach(tree, moved, place);
}

function mountNew(kernel: Kernel, request: MountRequest, target: Place, flags: number): void {
  const { source = null, data = null } = request;
  const type = findType(kernel, request.type);
  const readOnly = has(flags, MountFlag.ReadOnly);
  const superBlock = type.open({ source, data: data === "" ? null : data, readOnly });
  superBlock.flags |= flags & perFileSystem;
  const place = topOf(kernel.tree, target);
  const isTwice = place.mount.superBlock === superBlock && place.dentry === place.mount.root;
  if (isTwice) fail("EBUSY");
  const root = { mount: place.mount, dentry: superBlock.root };
  if (isLink(superBlock.root.inode)) fail("EINVAL");
  checkPlace(kernel.tree, root, place);
  const fields = { superBlock, root: superBlock.root, source: source ?? "none" };
  attach(kernel.tree, [makeMount(kernel.tree, { ...fields, flags: newMountFlags(flags) })], place);
}

/** A type by its name; what stands after a dot is the type's own affair, as in `fuse.sshfs`. */
function findType({ types }: Kernel, name: string | null | undefined): FileSystemType {
  if (name === undefined || name === null) fail("EINVAL");
  return types.get(name.replace(/\..*/, "")) ?? fail("ENODEV");
}

const knownUmountFlags =
  UmountFlag.Force | UmountFlag.Detach | UmountFlag.Expire | UmountFlag.NoFollow;

function umount(kernel: Kernel, target: string, flags: number): void {
  if ((flags & ~knownUmountFlags) !== 0) fail("EINVAL");
  const { tree, process } = kernel;
  const { mount, dentry } = topOf(
    tree,
    walk(walkerOf(kernel), target, !has(flags, UmountFlag.NoFollow)),
  );
  if (dentry !== mount.root || !tree.mounts.includes(mount)) fail("EINVAL");
  if (has(flags, UmountFlag.Expire)) expire(kernel, mount, flags);
  if (has(flags, UmountFlag.Detach)) return detach(tree, mount);
  if (mount === process.root.mount)
    return remount(kernel, { mount, dentry }, MountFlag.ReadOnly, null);
  if (isBusy(kernel, mount)) fail("EBUSY");
  detach(tree, mount);
}

/** The first call with MNT_EXPIRE marks a mount that nobody uses; the second may unmount it. */
function expire(kernel: Kernel, mount: Mount, flags: number): void {
  if (mount === kernel.process.root.mount) fail("EINVAL");
  if (has(flags, UmountFlag.Force | UmountFlag.Detach)) fail("EINVAL");
  if (isHeld(kernel, mount)) fail("EBUSY");
  if (mount.expiring) return;
  mount.expiring = true;
  fail("EAGAIN");
}

function isBusy(kernel: Kernel, mount: Mount): boolean {
  if (childrenOf(kernel.tree, mount).length > 0) return true;
  return [mount, ...companionsOf(kernel.tree, mount)].some((each) => isHeld(kernel, each));
}

function pivotRoot(kernel: Kernel, newRoot: string, putOld: string): void {
  const { tree, process } = kernel;
  const next = walkToDirectory(kernel, newRoot);
  const put = walkToDirectory(kernel, putOld);
  const { root } = process;
  checkPivot(kernel, next, put);
  const place = root.mount.place;
  root.mount.place = topOf(tree, put);
  next.mount.place = place;
  for (const at of ["root", "directory"] as const) {
    if (isSame(process[at], root)) process[at] = next;
  }
}

/** The conditions of pivot_root(2), in the kernel's order. */
function checkPivot({ tree, process }: Kernel, next: Place, put: Place): void {
  const { root } = process;
  const shared = [put.mount, next.mount.place?.mount, root.mount.place?.mount];
  if (shared.some((mount) => mount?.peerGroup !== undefined)) fail("EINVAL");
  if (![root, next, put].every(({ mount }) => tree.mounts.includes(mount))) fail("EINVAL");
  if (next.dentry.gone) fail("ENOENT");
  if (next.mount === root.mount || put.mount === root.mount) fail("EBUSY");
  if (![root, next].every(({ mount, dentry }) => dentry === mount.root)) fail("EINVAL");
  if (![root, next].every(({ mount }) => mount.place !== undefined)) fail("EINVAL");
  if (!isReachable(put, next) || !isReachable(next, root)) fail("EINVAL");
}

/** The directory at `path`; ENOTDIR when it is something else. */
function walkToDirectory(kernel: Kernel, path: string): Place {
  const place = walk(walkerOf(kernel), path);
  return isDirectory(place.dentry.inode) ? place : fail("ENOTDIR");
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
