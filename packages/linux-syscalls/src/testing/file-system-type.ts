import type { Inode } from "./inode.ts";
import type { Mount } from "./mount-tree.ts";
import type { SuperBlock } from "./super-block.ts";

/** What a mount of a new file system is asked for. */
export interface OpenRequest {
  readonly source: string | null;
  readonly data: string | null;
  readonly readOnly: boolean;
}

/** A type of file system that the kernel knows. */
export interface FileSystemType {
  readonly name: string;
  /** Its number in the answer of statfs(2). */
  readonly magic: number;
  /** Whether it lies on a block device (`nodev` in `/proc/filesystems` when not). */
  readonly needsDevice: boolean;
  /** Whether its names are the kernel's: nobody can make or remove one. */
  readonly fixed?: boolean;
  /** Begins to use it; throws what mount(2) is to answer. */
  readonly open: (request: OpenRequest) => SuperBlock;
  /** Asked before a remount; throws what mount(2) is to answer when it may not become writable. */
  readonly allowWrites?: (superBlock: SuperBlock, writable: boolean) => void;
  /** Refuses names that the file system cannot have. */
  readonly checkName?: (name: string) => void;
  /** Gives a file that was just made what every file there has. */
  readonly adopt?: (inode: Inode) => void;
  /** Whether the kernel itself holds the mount, as a loop device holds the file that it shows. */
  readonly isHeld?: (mount: Mount) => boolean;
}
