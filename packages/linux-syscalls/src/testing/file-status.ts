import type { DirectoryEntry, FileStatus } from "../linux.ts";
import { type Dentry, isLink, kindName } from "./inode.ts";
import { fail } from "./kernel-fault.ts";
import type { Place } from "./mount-tree.ts";

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
