import { FileKind } from "../constants.ts";
import type { EntryKind } from "../linux.ts";
import type { FileSystemContent } from "./block-device-description.ts";
import type { Program } from "./program.ts";

/** A name in a directory, and the place where something can be mounted. */
export interface Dentry {
  name: string;
  /** The directory that holds the name; a root is its own parent. */
  parent: Dentry;
  readonly inode: Inode;
  /** True once the name is removed: nothing can be mounted there or made below it. */
  gone: boolean;
}

/** What generated files do instead of holding bytes. */
export interface FileHooks {
  /** The whole content, made anew for each read. */
  readonly read?: () => string | Uint8Array;
  /** Takes what one write(2) brings; what it throws is the answer. */
  readonly write?: (content: Uint8Array) => void;
  /** Brings the entries of a directory up to date before they are looked at. */
  readonly refresh?: () => void;
}

/** A file of any kind. */
export interface Inode {
  readonly number: bigint;
  /** Kind of file and permissions, as in inode(7). */
  mode: number;
  uid: number;
  gid: number;
  links: number;
  /** Seconds since the epoch. */
  modified: number;
  immutable: boolean;
  readonly rdev: bigint;
  /** The content of a regular file. */
  content: Uint8Array;
  /** Where a symbolic link leads. */
  readonly target: string;
  /** The names in a directory. */
  readonly entries: Map<string, Dentry>;
  hooks: FileHooks;
  /** What happens when the file is run. */
  readonly program: Program | undefined;
  /** What mounting the file from a loop device shows. */
  readonly image: FileSystemContent | undefined;
  /** The name of the kernel module that the file is, where its bytes do not say. */
  readonly module: string | undefined;
}

/** The kind of file that `mode` tells, as the bits of `FileKind`. */
export function kindOf(inode: Pick<Inode, "mode">): number {
  return inode.mode & FileKind.Mask;
}

/** Whether the file is a directory. */
export function isDirectory(inode: Pick<Inode, "mode">): boolean {
  return kindOf(inode) === FileKind.Directory;
}

/** Whether the file is a symbolic link. */
export function isLink(inode: Pick<Inode, "mode">): boolean {
  return kindOf(inode) === FileKind.Link;
}

const kindNames: ReadonlyMap<number, EntryKind> = new Map([
  [FileKind.Regular, "file"],
  [FileKind.Directory, "directory"],
  [FileKind.Link, "link"],
  [FileKind.Block, "block"],
  [FileKind.Character, "character"],
  [FileKind.Fifo, "fifo"],
  [FileKind.Socket, "socket"],
]);

/** The kind of file that `mode` tells, as a directory's entry names it. */
export function kindName(mode: number): EntryKind {
  return kindNames.get(mode & FileKind.Mask) ?? "unknown";
}

/** The bits of `FileKind` for a kind's name. */
export function kindBits(kind: EntryKind): number {
  for (const [bits, name] of kindNames) if (name === kind) return bits;
  return 0;
}
