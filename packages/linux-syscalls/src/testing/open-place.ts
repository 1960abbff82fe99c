import { FileKind, MountFlag } from "../constants.ts";
import type { OpenOptions } from "../linux.ts";
import { addEntry } from "./directory.ts";
import { type Inode, isDirectory, isLink, kindOf } from "./inode.ts";
import { fail } from "./kernel-fault.ts";
import { type Kernel, secondsOf, walkerOf } from "./kernel.ts";
import { isReadOnly } from "./mount-flags.ts";
import type { Place } from "./mount-tree.ts";
import type { OpenFile } from "./open-file.ts";
import { type LastStep, type Walker, finish, step, walkToLast } from "./path-walk.ts";
import { makeInode } from "./super-block.ts";
import { claimFile, setContent } from "./usage.ts";

/** open(2): what `path`, from `start` on, is. Makes the file where it has to. */
export function openPlace(
  kernel: Kernel,
  start: Place,
  path: string,
  options: OpenOptions,
): OpenFile {
  const walker = walkerOf(kernel, start);
  const { access = "read", create = false, append = false, nonBlock = false } = options;
  const last = walkToLast(walker, path);
  const { place, isNew } = create
    ? openOrMake(kernel, walker, last, options)
    : { place: find(walker, last, options), isNew: false };
  const reads = access !== "write";
  const writes = access !== "read";
  if (!isNew) checkOpen(kernel, place, options, writes || options.truncate === true);
  const { inode } = place.dentry;
  if (options.truncate === true && isPlain(inode) && !isGenerated(inode)) {
    setContent(place.mount.superBlock, inode, new Uint8Array());
  }
  return { place, inode, path, reads, writes, append, nonBlock, position: 0 };
}

function isGenerated({ hooks }: Inode): boolean {
  return hooks.read !== undefined || hooks.write !== undefined;
}

interface Found {
  readonly place: Place;
  /** Whether this very call made it: what it is needs no check then. */
  readonly isNew: boolean;
}

function find(walker: Walker, last: LastStep, { noFollow, directory }: OpenOptions): Place {
  const place = finish(walker, last, noFollow !== true);
  if (!isLink(place.dentry.inode)) return place;
  return fail(directory === true ? "ENOTDIR" : "ELOOP");
}

/** Finds the file, or makes it; a symbolic link that leads nowhere has its target made. */
function openOrMake(kernel: Kernel, walker: Walker, last: LastStep, options: OpenOptions): Found {
  const { parent, name, slash } = last;
  if (name === "/" || name === "." || name === "..")
    fail(options.exclusive === true ? "EEXIST" : "EISDIR");
  if (slash) fail("EISDIR");
  const place = step(walker, parent, name);
  if (place === undefined) return makeFile(kernel, last, options.mode ?? 0o666);
  if (options.exclusive === true) fail("EEXIST");
  if (!isLink(place.dentry.inode)) return { place, isNew: false };
  if (options.noFollow === true) fail("ELOOP");
  walker.links.followed += 1;
  if (walker.links.followed > 40) fail("ELOOP");
  const from = { ...walker, start: parent };
  return openOrMake(kernel, from, walkToLast(from, place.dentry.inode.target), options);
}

function makeFile(kernel: Kernel, { parent, name }: LastStep, mode: number): Found {
  const { superBlock } = parent.mount;
  if (isReadOnly(parent.mount)) fail("EROFS");
  if (parent.dentry.gone) fail("ENOENT");
  if (superBlock.type.fixed !== undefined) fail(superBlock.type.fixed.open);
  if (parent.dentry.inode.immutable) fail("EPERM");
  superBlock.type.checkName?.(name);
  claimFile(superBlock);
  const inode = makeInode(superBlock, FileKind.Regular | (mode & 0o7777 & ~kernel.process.umask));
  superBlock.type.adopt?.(inode);
  const dentry = addEntry(parent.dentry, name, inode, secondsOf(kernel));
  return { place: { mount: parent.mount, dentry }, isNew: true };
}

/** What may_open() of the kernel refuses. */
function checkOpen(kernel: Kernel, place: Place, options: OpenOptions, changes: boolean): void {
  const { mount, dentry } = place;
  const { inode } = dentry;
  if (options.directory === true && !isDirectory(inode)) fail("ENOTDIR");
  if (isDirectory(inode) && (changes || options.create === true)) fail("EISDIR");
  const isDevice = kindOf(inode) === FileKind.Block || kindOf(inode) === FileKind.Character;
  if (isDevice && (mount.flags & MountFlag.NoDev) !== 0) fail("EACCES");
  if (changes && inode.immutable) fail("EPERM");
  if (changes && isPlain(inode) && isReadOnly(mount)) fail("EROFS");
  if (kindOf(inode) === FileKind.Socket) fail("ENXIO");
  if (isDevice) checkDevice(kernel, inode, changes);
}

function checkDevice(kernel: Kernel, inode: Inode, changes: boolean): void {
  if (kindOf(inode) === FileKind.Character) {
    if (!kernel.characters.has(inode.rdev)) fail("ENXIO");
    return;
  }
  const block = kernel.blocks.get(inode.rdev) ?? fail("ENXIO");
  if (block.failure !== undefined && block.failure !== "EIO") fail(block.failure);
  if (changes && block.readOnly) fail("EACCES");
}

function isPlain(inode: Inode): boolean {
  return kindOf(inode) === FileKind.Regular;
}
