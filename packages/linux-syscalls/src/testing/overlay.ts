import { FileKind, FileSystemMagic } from "../constants.ts";
import type { FileSystemType } from "./file-system-type.ts";
import { type Dentry, type Inode, isDirectory, kindOf } from "./inode.ts";
import { type Kernel, makeAnonymous, walkerOf } from "./kernel.ts";
import { fail } from "./kernel-fault.ts";
import { parseMountData } from "./mount-data.ts";
import { isReadOnly } from "./mount-flags.ts";
import type { Place } from "./mount-tree.ts";
import { walk } from "./path-walk.ts";
import { type SuperBlock, makeInode } from "./super-block.ts";

const options: readonly string[] = [
  "index",
  "lowerdir",
  "metacopy",
  "redirect_dir",
  "upperdir",
  "userxattr",
  "volatile",
  "workdir",
  "xino",
];

/**
 * overlay: the files of the upper directory over those of the lower ones. What is changed goes into
 * the upper directory, with a node 0:0 for each name that is gone. The layers are read when it is
 * mounted; what is changed in them behind its back does not show. See
 * `Documentation/filesystems/overlayfs.rst`.
 */
export function overlayType(kernel: Kernel): FileSystemType {
  const type: FileSystemType = {
    name: "overlay",
    magic: FileSystemMagic.Overlay,
    needsDevice: false,
    open: ({ data, readOnly }) => {
      const { lower, upper } = findLayers(kernel, data);
      const superBlock = makeAnonymous(kernel, {
        type,
        readOnly: readOnly || upper === undefined,
        options: data ?? "",
      });
      const origins: Origins = new Map();
      for (const layer of lower.toReversed()) merge(superBlock, layer, superBlock.root, origins);
      if (upper !== undefined) {
        merge(superBlock, upper, superBlock.root);
        upper.inode.hooks = { refresh: () => fillUpper(superBlock.root, upper, lower, origins) };
      }
      return superBlock;
    },
  };
  return type;
}

/** Copies that are still as the lower layers have them, each with its original. */
type Origins = Map<Inode, Inode>;

interface Layers {
  readonly lower: readonly Dentry[];
  readonly upper: Dentry | undefined;
}

function findLayers(kernel: Kernel, data: string | null): Layers {
  const given = parseMountData(data, options);
  const lower = (given.get("lowerdir") ?? fail("EINVAL"))
    .split(":")
    .map((path) => directoryAt(kernel, path).dentry);
  const upperPath = given.get("upperdir");
  if (upperPath === undefined)
    return { lower: lower.length < 2 ? fail("EINVAL") : lower, upper: undefined };
  const upper = directoryAt(kernel, upperPath);
  checkWork(upper, directoryAt(kernel, given.get("workdir") ?? fail("EINVAL")));
  return { lower, upper: upper.dentry };
}

function directoryAt(kernel: Kernel, path: string): Place {
  const place = walk(walkerOf(kernel), path);
  return isDirectory(place.dentry.inode) ? place : fail("ENOTDIR");
}

/** The upper and the work directory lie apart on one mount that can be written. */
function checkWork(upper: Place, work: Place): void {
  if (isReadOnly(upper.mount)) fail("EROFS");
  if (upper.mount !== work.mount || upper.dentry === work.dentry) fail("EINVAL");
}

/** Lays one layer over what is there. */
function merge(superBlock: SuperBlock, layer: Dentry, into: Dentry, origins?: Origins): void {
  layer.inode.hooks.refresh?.();
  for (const from of layer.inode.entries.values()) {
    const { name, inode } = from;
    const there = into.inode.entries.get(name);
    if (isWhiteout(inode)) into.inode.entries.delete(name);
    else if (isDirectory(inode) && there !== undefined && isDirectory(there.inode)) {
      merge(superBlock, from, there, origins);
    } else {
      const copy = makeInode(superBlock, inode.mode, inode);
      copy.links = inode.links;
      copy.modified = inode.modified;
      origins?.set(copy, inode);
      const dentry = { name, parent: into, inode: copy, gone: false };
      into.inode.entries.set(name, dentry);
      if (isDirectory(inode)) merge(superBlock, from, dentry, origins);
    }
  }
}

function isWhiteout(inode: Inode): boolean {
  return kindOf(inode) === FileKind.Character && inode.rdev === 0n;
}

/** Brings an upper directory up to date: what differs from the lower layers, and what is gone. */
function fillUpper(
  merged: Dentry,
  upper: Dentry,
  lower: readonly Dentry[],
  origins: Origins,
): void {
  const { entries } = upper.inode;
  const owner = { made: 0, seconds: () => merged.inode.modified };
  entries.clear();
  for (const entry of merged.inode.entries.values()) {
    const { name, inode } = entry;
    if (isUntouched(inode, origins)) continue;
    const isTree = isDirectory(inode);
    const held = isTree ? makeInode(owner, inode.mode, inode) : inode;
    const above = { name, parent: upper, inode: held, gone: false };
    entries.set(name, above);
    if (isTree) fillUpper(entry, above, below(lower, name), origins);
  }
  for (const name of lower.flatMap((layer) => [...layer.inode.entries.keys()])) {
    if (merged.inode.entries.has(name)) continue;
    const whiteout = makeInode(owner, FileKind.Character);
    entries.set(name, { name, parent: upper, inode: whiteout, gone: false });
  }
}

/** The directories of one name in the lower layers. */
function below(lower: readonly Dentry[], name: string): readonly Dentry[] {
  return lower
    .map(({ inode }) => inode.entries.get(name))
    .filter((entry) => entry !== undefined)
    .filter(({ inode }) => isDirectory(inode));
}

/** Whether a copy, with all that is in it, is as its original in a lower layer. */
function isUntouched(inode: Inode, origins: Origins): boolean {
  const origin = origins.get(inode);
  if (origin === undefined || origin.content !== inode.content) return false;
  if (origin.mode !== inode.mode || origin.uid !== inode.uid || origin.gid !== inode.gid)
    return false;
  if (!isDirectory(inode)) return true;
  const names = [...inode.entries.values()];
  const isWhole = [...origin.entries.keys()].every((name) => inode.entries.has(name));
  return isWhole && names.every((entry) => isUntouched(entry.inode, origins));
}
