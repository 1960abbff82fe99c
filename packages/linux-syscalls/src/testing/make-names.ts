import { FileKind } from "../constants.ts";
import { addEntry } from "./directory.ts";
import { isDirectory } from "./inode.ts";
import { fail } from "./kernel-fault.ts";
import { type Kernel, secondsOf, walkerOf } from "./kernel.ts";
import { isReadOnly } from "./mount-flags.ts";
import type { Place } from "./mount-tree.ts";
import { type LastStep, byteLength, longestPath, step, walk, walkToLast } from "./path-walk.ts";
import { makeInode } from "./super-block.ts";
import { claimFile } from "./usage.ts";

/** Where a new name goes; EEXIST before EROFS, as the kernel has it. */
function newName(kernel: Kernel, path: string, isForDirectory = false): LastStep {
  const last = walkToLast(walkerOf(kernel), path);
  const { parent, name, slash } = last;
  if (name === "/" || name === "." || name === "..") fail("EEXIST");
  if (step(walkerOf(kernel), parent, name) !== undefined) fail("EEXIST");
  if (slash && !isForDirectory) fail("ENOENT");
  if (parent.dentry.gone) fail("ENOENT");
  if (isReadOnly(parent.mount)) fail("EROFS");
  return last;
}

/** Refuses to change the names of what is removed, immutable or the kernel's own. */
export function checkParent({ mount, dentry }: Place): void {
  if (dentry.gone) fail("ENOENT");
  if (dentry.inode.immutable) fail("EPERM");
  const { fixed } = mount.superBlock.type;
  if (fixed !== undefined) fail(fixed.make);
}

/** Makes a directory or a node; the umask counts. */
export function make(kernel: Kernel, path: string, mode: number, rdev = 0n): void {
  const { parent, name } = newName(kernel, path, (mode & FileKind.Mask) === FileKind.Directory);
  checkParent(parent);
  claimFile(parent.mount.superBlock);
  const inode = makeInode(parent.mount.superBlock, mode & ~kernel.process.umask, { rdev });
  addEntry(parent.dentry, name, inode, secondsOf(kernel));
}

const nodeKinds: readonly number[] = [
  FileKind.Regular,
  FileKind.Character,
  FileKind.Block,
  FileKind.Fifo,
  FileKind.Socket,
];

/** mknod(2) */
export function makeNode(kernel: Kernel, path: string, mode: number, device: bigint): void {
  const kind = mode & FileKind.Mask || FileKind.Regular;
  if (kind === FileKind.Directory) fail("EPERM");
  if (!nodeKinds.includes(kind) || device < 0n || device >= 1n << 32n) fail("EINVAL");
  const isDevice = kind === FileKind.Character || kind === FileKind.Block;
  make(kernel, path, kind | (mode & 0o7777), isDevice ? device : 0n);
}

/** symlink(2) */
export function makeLink(kernel: Kernel, target: string, path: string): void {
  if (target === "") fail("ENOENT");
  if (byteLength(target) > longestPath) fail("ENAMETOOLONG");
  const { parent, name } = newName(kernel, path);
  checkParent(parent);
  claimFile(parent.mount.superBlock);
  const inode = makeInode(parent.mount.superBlock, FileKind.Link | 0o777, { target });
  addEntry(parent.dentry, name, inode, secondsOf(kernel));
}

/** link(2) */
export function link(kernel: Kernel, existing: string, path: string): void {
  const old = walk(walkerOf(kernel), existing, false);
  const { parent, name } = newName(kernel, path);
  if (old.mount !== parent.mount) fail("EXDEV");
  const { inode } = old.dentry;
  if (inode.immutable || isDirectory(inode)) fail("EPERM");
  checkParent(parent);
  addEntry(parent.dentry, name, inode, secondsOf(kernel));
}
