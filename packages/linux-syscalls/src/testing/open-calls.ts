import { FileKind, MountFlag } from "../constants.ts";
import type { OpenOptions } from "../linux.ts";
import type { CharacterDevice } from "./character-device.ts";
import { addEntry } from "./directory.ts";
import { type Inode, isDirectory, isLink, kindOf } from "./inode.ts";
import { type Kernel, secondsOf, walkerOf } from "./kernel.ts";
import { fail } from "./kernel-fault.ts";
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

/** The bytes of a file from `position` on, at most `length`. */
export function readAt(
  kernel: Kernel,
  file: OpenFile,
  position: number,
  length: number,
): Uint8Array {
  const { inode } = file;
  if (!file.reads) fail("EBADF", "read");
  if (isDirectory(inode)) fail("EISDIR", "read");
  if (kindOf(inode) === FileKind.Character) return character(kernel, inode).read(length);
  if (kindOf(inode) === FileKind.Block) return readBlock(kernel, inode, position, length);
  return generated(inode).subarray(position, position + length);
}

function readBlock(kernel: Kernel, inode: Inode, position: number, length: number): Uint8Array {
  const block = kernel.blocks.get(inode.rdev) ?? fail("ENXIO", "read");
  if (block.failure !== undefined) fail(block.failure, "read");
  return block.read(position, length);
}

function character(kernel: Kernel, inode: Inode): CharacterDevice {
  return kernel.characters.get(inode.rdev) ?? fail("ENXIO");
}

function generated({ hooks, content }: Inode): Uint8Array {
  const bytes = hooks.read === undefined ? content : hooks.read();
  return typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
}

/** Everything that a file holds. */
export function readWhole(kernel: Kernel, file: OpenFile): Uint8Array {
  const block = kernel.blocks.get(file.inode.rdev);
  const isBlock = kindOf(file.inode) === FileKind.Block;
  const length = isBlock && block !== undefined ? block.size : Number.MAX_SAFE_INTEGER;
  if (kindOf(file.inode) === FileKind.Character) return readAt(kernel, file, 0, 65536);
  return readAt(kernel, file, 0, length).slice();
}

/** Writes at the file's position, or at its end; gives how many bytes were taken. */
export function writeWhole(kernel: Kernel, file: OpenFile, bytes: Uint8Array): number {
  const { inode, place } = file;
  if (!file.writes) fail("EBADF", "write");
  if (kindOf(inode) === FileKind.Character) character(kernel, inode).write(bytes.slice());
  else if (kindOf(inode) === FileKind.Block) {
    const block = kernel.blocks.get(inode.rdev) ?? fail("ENXIO", "write");
    if (block.failure !== undefined) fail(block.failure, "write");
    if (file.position + bytes.length > block.size) fail("ENOSPC", "write");
    block.write(file.position, bytes);
  } else if (inode.hooks.write !== undefined) inode.hooks.write(bytes.slice());
  else if (inode.hooks.read !== undefined) fail("EIO", "write");
  else writeContent(file, place, bytes);
  file.position += bytes.length;
  return bytes.length;
}

function writeContent(file: OpenFile, place: Place | undefined, bytes: Uint8Array): void {
  const { inode } = file;
  const start = file.append ? inode.content.length : file.position;
  const content = new Uint8Array(Math.max(inode.content.length, start + bytes.length));
  content.set(inode.content);
  content.set(bytes, start);
  if (place === undefined) inode.content = content;
  else setContent(place.mount.superBlock, inode, content);
}
