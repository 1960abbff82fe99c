import { FileSystemMagic } from "../constants.ts";
import { addEntry, lookUp } from "./directory.ts";
import type { FileSystemType } from "./file-system-type.ts";
import { type Dentry, type Inode, isDirectory } from "./inode.ts";
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
 * overlay: the files of the lower directories under those of the upper one, as they were when it was
 * mounted. What is changed is changed in the overlay alone; the layers stay as they are. See
 * `Documentation/filesystems/overlayfs.rst`.
 */
export function overlayType(kernel: Kernel): FileSystemType {
  const type: FileSystemType = {
    name: "overlay",
    magic: FileSystemMagic.Overlay,
    needsDevice: false,
    open: ({ data, readOnly }) => {
      const given = parseMountData(data, options);
      const at = (path: string): Place => directoryAt(kernel, path);
      const lower = (given.get("lowerdir") ?? fail("EINVAL")).split(":").map(at);
      const upper = given.has("upperdir") ? at(given.get("upperdir") ?? "") : undefined;
      if (upper !== undefined) checkWork(upper, at(given.get("workdir") ?? fail("EINVAL")));
      const superBlock = makeAnonymous(kernel, {
        type,
        readOnly: readOnly || upper === undefined,
        options: data ?? "",
      });
      for (const layer of [...lower.toReversed(), upper]) {
        if (layer !== undefined) merge(superBlock, layer.dentry, superBlock.root);
      }
      return superBlock;
    },
  };
  return type;
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

function merge(superBlock: SuperBlock, from: Dentry, into: Dentry): void {
  from.inode.hooks.refresh?.();
  for (const { name, inode } of from.inode.entries.values()) {
    const there = lookUp(into, name);
    const isMerged = there !== undefined && isDirectory(inode) && isDirectory(there.inode);
    const target = isMerged ? there : addEntry(into, name, copy(superBlock, inode), inode.modified);
    if (isDirectory(inode)) merge(superBlock, { name, inode, parent: from, gone: false }, target);
  }
}

function copy(superBlock: SuperBlock, inode: Inode): Inode {
  return makeInode(superBlock, inode.mode, inode);
}
