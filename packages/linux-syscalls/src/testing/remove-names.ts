import { isWithin, lookUp, moveEntry, removeEntry } from "./directory.ts";
import { type Dentry, isDirectory } from "./inode.ts";
import { fail } from "./kernel-fault.ts";
import { type Kernel, secondsOf, walkerOf } from "./kernel.ts";
import { checkParent } from "./make-names.ts";
import { isReadOnly } from "./mount-flags.ts";
import { type Place, isMountPoint } from "./mount-tree.ts";
import { type LastStep, walkToLast } from "./path-walk.ts";

/** The name that is to go, without what is mounted on it. */
function oldName(parent: Place, name: string): Dentry {
  return lookUp(parent.dentry, name) ?? fail("ENOENT");
}

/** unlink(2), once the directory is found. */
export function unlink(kernel: Kernel, { parent, name, slash }: LastStep): void {
  if (name === "/" || name === "." || name === "..") fail("EISDIR");
  if (isReadOnly(parent.mount)) fail("EROFS");
  const dentry = oldName(parent, name);
  if (isDirectory(dentry.inode)) fail("EISDIR");
  if (slash) fail("ENOTDIR");
  remove(kernel, parent, dentry);
}

/** rmdir(2), once the directory above is found. */
export function removeDirectory(kernel: Kernel, { parent, name }: LastStep): void {
  if (name === "/") fail("EBUSY");
  if (name === ".") fail("EINVAL");
  if (name === "..") fail("ENOTEMPTY");
  if (isReadOnly(parent.mount)) fail("EROFS");
  const dentry = oldName(parent, name);
  if (!isDirectory(dentry.inode)) fail("ENOTDIR");
  if (dentry.inode.entries.size > 0 && !isMountPoint(kernel.tree, dentry)) fail("ENOTEMPTY");
  remove(kernel, parent, dentry);
}

function remove(kernel: Kernel, parent: Place, dentry: Dentry): void {
  if (parent.mount.superBlock.type.fixed !== undefined) fail("EPERM");
  if (parent.dentry.inode.immutable || dentry.inode.immutable) fail("EPERM");
  if (isMountPoint(kernel.tree, dentry)) fail("EBUSY");
  removeEntry(dentry, secondsOf(kernel));
}

/** rename(2) */
export function rename(kernel: Kernel, from: string, to: string): void {
  const source = walkToLast(walkerOf(kernel), from);
  const target = walkToLast(walkerOf(kernel), to);
  if (source.parent.mount !== target.parent.mount) fail("EXDEV");
  for (const { name } of [source, target]) if (["/", ".", ".."].includes(name)) fail("EBUSY");
  if (isReadOnly(source.parent.mount)) fail("EROFS");
  const dentry = oldName(source.parent, source.name);
  if (!isDirectory(dentry.inode) && (source.slash || target.slash)) fail("ENOTDIR");
  if (isWithin(target.parent.dentry, dentry)) fail("EINVAL");
  const replaced = lookUp(target.parent.dentry, target.name);
  if (replaced !== undefined && isWithin(source.parent.dentry, replaced)) fail("ENOTEMPTY");
  if (replaced?.inode === dentry.inode) return;
  checkParent(source.parent);
  checkParent(target.parent);
  if (dentry.inode.immutable) fail("EPERM");
  if (replaced !== undefined) checkKinds(dentry, replaced);
  if (isMountPoint(kernel.tree, dentry)) fail("EBUSY");
  if (replaced !== undefined) giveWay(kernel, replaced);
  moveEntry(dentry, target.parent.dentry, target.name, secondsOf(kernel));
}

/** A directory replaces a directory, anything else anything else. */
function checkKinds({ inode }: Dentry, replaced: Dentry): void {
  if (replaced.inode.immutable) fail("EPERM");
  if (isDirectory(inode) && !isDirectory(replaced.inode)) fail("ENOTDIR");
  if (!isDirectory(inode) && isDirectory(replaced.inode)) fail("EISDIR");
}

/** Removes what a renamed file replaces, unless it is a mount point or a full directory. */
function giveWay(kernel: Kernel, replaced: Dentry): void {
  if (isMountPoint(kernel.tree, replaced)) fail("EBUSY");
  if (replaced.inode.entries.size > 0) fail("ENOTEMPTY");
  removeEntry(replaced, secondsOf(kernel));
}
