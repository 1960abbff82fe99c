import { AccessMode, FileKind, MountFlag } from "../constants.ts";
import type { DirectoryEntry, FileStatus, Files, WriteOptions } from "../linux.ts";
import { addEntry, isWithin, lookUp, moveEntry, removeEntry } from "./directory.ts";
import { type Dentry, isDirectory, isLink, kindName, kindOf } from "./inode.ts";
import { type Kernel, secondsOf, walkerOf } from "./kernel.ts";
import { fail } from "./kernel-fault.ts";
import { isReadOnly } from "./mount-flags.ts";
import { type Place, isMountPoint } from "./mount-tree.ts";
import { openPlace, readWhole, writeWhole } from "./open-calls.ts";
import { type LastStep, byteLength, longestPath, step, walk, walkToLast } from "./path-walk.ts";
import { makeInode } from "./super-block.ts";
import { claimFile } from "./usage.ts";

/** The calls of {@link Files}, as `fs/namei.c` decides them. */
export function fileCalls(kernel: Kernel): Files {
  const at = (path: string, follow = true): Place => walk(walkerOf(kernel), path, follow);
  const readFile = (path: string): Uint8Array =>
    readWhole(kernel, openPlace(kernel, kernel.process.directory, path, {}));
  return {
    readFile,
    readText: (path) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(readFile(path)),
    writeFile: (path, content, options = {}) => writeFile(kernel, path, content, options),
    readDirectory: (path) => {
      const place = at(path);
      return isDirectory(place.dentry.inode) ? listDirectory(place.dentry) : fail("ENOTDIR");
    },
    readLink: (path) => {
      const { inode } = at(path, false).dentry;
      return isLink(inode) ? inode.target : fail("EINVAL");
    },
    stat: (path) => statusOf(at(path)),
    lstat: (path) => statusOf(at(path, false)),
    access: (path, mode) => access(at(path), mode),
    mkdir: (path, mode = 0o777) => make(kernel, path, FileKind.Directory | (mode & 0o1777)),
    mknod: (path, mode, device) => makeNode(kernel, path, mode, device),
    symlink: (target, path) => makeLink(kernel, target, path),
    link: (existing, path) => link(kernel, existing, path),
    rename: (from, to) => rename(kernel, from, to),
    unlink: (path) => unlink(kernel, walkToLast(walkerOf(kernel), path)),
    rmdir: (path) => removeDirectory(kernel, walkToLast(walkerOf(kernel), path)),
    chmod: (path, mode) => {
      const { inode } = changeable(at(path)).dentry;
      inode.mode = kindOf(inode) | (mode & 0o7777);
    },
    chown: (path, uid, gid) => {
      const { inode } = changeable(at(path)).dentry;
      inode.uid = uid;
      inode.gid = gid;
    },
    chdir: (path) => {
      const place = at(path);
      kernel.process.directory = isDirectory(place.dentry.inode) ? place : fail("ENOTDIR");
    },
    umask: (mask) => {
      const before = kernel.process.umask;
      kernel.process.umask = mask & 0o777;
      return before;
    },
    setImmutable: (path, immutable) => setImmutable(at(path), immutable),
  };
}

function writeFile(
  kernel: Kernel,
  path: string,
  content: string | Uint8Array,
  { how = "replace", mode = 0o666, create = true }: WriteOptions,
): void {
  const file = openPlace(kernel, kernel.process.directory, path, {
    access: "write",
    create: create || how === "exclusive",
    exclusive: how === "exclusive",
    append: how === "append",
    truncate: how === "replace",
    mode,
  });
  writeWhole(
    kernel,
    file,
    typeof content === "string" ? new TextEncoder().encode(content) : content,
  );
}

/** The entries of a directory, in the order of their names' code units. */
export function listDirectory(directory: Dentry): readonly DirectoryEntry[] {
  if (directory.gone) fail("ENOENT", "getdents64");
  directory.inode.hooks.refresh?.();
  return [...directory.inode.entries.values()]
    .map(({ name, inode }) => ({ name, kind: kindName(inode.mode) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** What stat(2) tells about a file. */
export function statusOf({ mount, dentry: { inode } }: Place): FileStatus {
  const { number, mode, links, uid, gid, rdev, modified } = inode;
  const size = isLink(inode) ? new TextEncoder().encode(inode.target).length : inode.content.length;
  return {
    device: mount.superBlock.device,
    inode: number,
    mode,
    links,
    uid,
    gid,
    rdev,
    size: BigInt(size),
    modified,
  };
}

/** Everything is allowed to root, but to execute what nobody may, or to write where nobody can. */
function access({ mount, dentry: { inode } }: Place, mode: number): void {
  if ((mode & ~(AccessMode.Read | AccessMode.Write | AccessMode.Execute)) !== 0) fail("EINVAL");
  if ((mode & AccessMode.Execute) !== 0 && !isDirectory(inode))
    checkExecutable(mount.flags, inode.mode);
  if ((mode & AccessMode.Write) === 0) return;
  if (inode.immutable) fail("EPERM");
  if (isReadOnly(mount) && hasContent(inode.mode)) fail("EROFS");
}

/** EACCES for a file that nobody may execute, or that lies where nothing may be. */
export function checkExecutable(mountFlags: number, mode: number): void {
  const isPlain = (mode & FileKind.Mask) === FileKind.Regular;
  if (isPlain && (mountFlags & MountFlag.NoExec) !== 0) fail("EACCES");
  if ((mode & 0o111) === 0) fail("EACCES");
}

function hasContent(mode: number): boolean {
  const kind = mode & FileKind.Mask;
  return kind === FileKind.Regular || kind === FileKind.Directory || kind === FileKind.Link;
}

/** Refuses what lies on something read-only, or is immutable. */
function changeable(place: Place): Place {
  if (isReadOnly(place.mount)) fail("EROFS");
  if (place.dentry.inode.immutable) fail("EPERM");
  return place;
}

function setImmutable({ mount, dentry: { inode } }: Place, immutable: boolean): void {
  if (!isDirectory(inode) && kindOf(inode) !== FileKind.Regular) fail("ENOTTY", "ioctl");
  if (mount.superBlock.type.fixed !== undefined) fail("ENOTTY", "ioctl");
  if (isReadOnly(mount)) fail("EROFS", "ioctl");
  inode.immutable = immutable;
}

/** Where a new name goes; EEXIST before EROFS, as the kernel has it. */
function newName(kernel: Kernel, path: string, isForDirectory = false): LastStep {
  const last = walkToLast(walkerOf(kernel), path);
  const { parent, name, slash } = last;
  if (name === "/" || name === "." || name === "..") fail("EEXIST");
  if (step(walkerOf(kernel), parent, name) !== undefined) fail("EEXIST");
  if (slash && !isForDirectory) fail("ENOENT");
  if (isReadOnly(parent.mount)) fail("EROFS");
  return last;
}

function checkParent({ mount, dentry }: Place): void {
  if (dentry.gone) fail("ENOENT");
  if (dentry.inode.immutable) fail("EPERM");
  const { fixed } = mount.superBlock.type;
  if (fixed !== undefined) fail(fixed.make);
}

function make(kernel: Kernel, path: string, mode: number, rdev = 0n): void {
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

function makeNode(kernel: Kernel, path: string, mode: number, device: bigint): void {
  const kind = mode & FileKind.Mask || FileKind.Regular;
  if (kind === FileKind.Directory) fail("EPERM");
  if (!nodeKinds.includes(kind) || device < 0n || device >= 1n << 32n) fail("EINVAL");
  const isDevice = kind === FileKind.Character || kind === FileKind.Block;
  make(kernel, path, kind | (mode & 0o7777), isDevice ? device : 0n);
}

function makeLink(kernel: Kernel, target: string, path: string): void {
  if (target === "") fail("ENOENT");
  if (byteLength(target) > longestPath) fail("ENAMETOOLONG");
  const { parent, name } = newName(kernel, path);
  checkParent(parent);
  claimFile(parent.mount.superBlock);
  const inode = makeInode(parent.mount.superBlock, FileKind.Link | 0o777, { target });
  addEntry(parent.dentry, name, inode, secondsOf(kernel));
}

function link(kernel: Kernel, existing: string, path: string): void {
  const old = walk(walkerOf(kernel), existing, false);
  const { parent, name } = newName(kernel, path);
  if (old.mount !== parent.mount) fail("EXDEV");
  const { inode } = old.dentry;
  if (inode.immutable || isDirectory(inode)) fail("EPERM");
  checkParent(parent);
  addEntry(parent.dentry, name, inode, secondsOf(kernel));
}

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

function rename(kernel: Kernel, from: string, to: string): void {
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
  if (replaced !== undefined) makeWay(kernel, dentry, replaced);
  if (isMountPoint(kernel.tree, dentry)) fail("EBUSY");
  if (replaced !== undefined) removeEntry(replaced, secondsOf(kernel));
  moveEntry(dentry, target.parent.dentry, target.name, secondsOf(kernel));
}

/** Refuses to replace what a file of the other kind, a mount point or a full directory is. */
function makeWay({ tree }: Kernel, { inode }: Dentry, replaced: Dentry): void {
  if (replaced.inode.immutable) fail("EPERM");
  if (isDirectory(inode) && !isDirectory(replaced.inode)) fail("ENOTDIR");
  if (!isDirectory(inode) && isDirectory(replaced.inode)) fail("EISDIR");
  if (isMountPoint(tree, replaced)) fail("EBUSY");
  if (replaced.inode.entries.size > 0) fail("ENOTEMPTY");
}
