import type { Inode } from "./inode.ts";
import type { Place } from "./mount-tree.ts";

/** A file that a descriptor has open. */
export interface OpenFile {
  /** Where it was found; `undefined` for an anonymous file. */
  readonly place: Place | undefined;
  readonly inode: Inode;
  /** The path that it was opened by, for the record of calls. */
  readonly path: string;
  readonly reads: boolean;
  readonly writes: boolean;
  readonly append: boolean;
  readonly nonBlock: boolean;
  /** Where the next read or write happens, in bytes. */
  position: number;
}
