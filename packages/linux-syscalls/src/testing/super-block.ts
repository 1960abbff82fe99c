import { FileKind } from "../constants.ts";
import type { FileSystemContent } from "./block-device-description.ts";
import type { Dentry, FileHooks, Inode } from "./inode.ts";
import type { FileSystemType } from "./file-system-type.ts";
import type { Program } from "./program.ts";

/** How much a file system can hold; a missing limit is none. */
export interface Capacity {
  readonly blockSize: number;
  /** In blocks. */
  readonly blocks?: number | undefined;
  readonly files?: number | undefined;
}

/** A file system that is in use: what several mounts of it share. */
export interface SuperBlock {
  readonly type: FileSystemType;
  /** `st_dev` of its files. */
  readonly device: bigint;
  readonly root: Dentry;
  readOnly: boolean;
  /** Flags of mount(2) that belong to the whole file system: synchronous, dirsync, lazytime. */
  flags: number;
  /** Its own options, as `/proc/mounts` shows them. */
  options: string;
  capacity: Capacity;
  /** The time of day in seconds, for `modified`. */
  readonly seconds: () => number;
  /** How many files were made so far. */
  made: number;
  /** The mounts and loop devices that use it. */
  users: number;
}

/** What a {@link SuperBlock} is made of. */
export type SuperBlockRequest = Pick<SuperBlock, "type" | "device" | "seconds"> &
  Partial<Pick<SuperBlock, "readOnly" | "options" | "capacity">> & {
    /** The permissions of its root directory; default 0o755. */
    readonly rootMode?: number;
  };

/** A file system with an empty root directory. */
export function makeSuperBlock(request: SuperBlockRequest): SuperBlock {
  const { rootMode = 0o755, type, device, seconds } = request;
  const owner = { made: 0, seconds };
  const inode = makeInode(owner, FileKind.Directory | rootMode);
  inode.links = 2;
  const root: Dentry = {
    name: "/",
    inode,
    gone: false,
    get parent(): Dentry {
      return root;
    },
  };
  return {
    type,
    device,
    root,
    readOnly: request.readOnly ?? false,
    flags: 0,
    options: request.options ?? "",
    capacity: request.capacity ?? { blockSize: 4096 },
    seconds,
    made: owner.made,
    users: 0,
  };
}

/** What a new file starts with. */
export interface InodeFields {
  readonly rdev?: bigint | undefined;
  readonly content?: Uint8Array | undefined;
  readonly target?: string | undefined;
  readonly hooks?: FileHooks | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly program?: Program | undefined;
  readonly module?: string | undefined;
  readonly image?: FileSystemContent | undefined;
}

/** A file without a name in the file system `owner`. */
export function makeInode(
  owner: Pick<SuperBlock, "made" | "seconds">,
  mode: number,
  fields: InodeFields = {},
): Inode {
  owner.made += 1;
  return {
    number: BigInt(owner.made),
    mode,
    uid: fields.uid ?? 0,
    gid: fields.gid ?? 0,
    links: 0,
    modified: owner.seconds(),
    immutable: false,
    rdev: fields.rdev ?? 0n,
    content: fields.content ?? new Uint8Array(),
    target: fields.target ?? "",
    entries: new Map(),
    hooks: fields.hooks ?? {},
    program: fields.program,
    module: fields.module,
    image: fields.image,
  };
}
