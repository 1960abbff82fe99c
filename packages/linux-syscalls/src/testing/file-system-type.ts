import type { Inode } from "./inode.ts";
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
  /** There when its names are the kernel's own: the errors of who tries to make one. */
  readonly fixed?: {
    /** Of open(2). */
    readonly open: string;
    /** Of mkdir(2) and its kin. */
    readonly make: string;
  };
  /** Begins to use it; throws what mount(2) is to answer. */
  readonly open: (request: OpenRequest) => SuperBlock;
  /** Takes the options of a remount; throws what mount(2) is to answer. */
  readonly reconfigure?: (superBlock: SuperBlock, request: Omit<OpenRequest, "source">) => void;
  /** Refuses names that the file system cannot have. */
  readonly checkName?: (name: string) => void;
  /** Gives a file that was just made what every file there has. */
  readonly adopt?: (inode: Inode) => void;
  /** Told when nothing is mounted from it any more. */
  readonly released?: (superBlock: SuperBlock) => void;
}
