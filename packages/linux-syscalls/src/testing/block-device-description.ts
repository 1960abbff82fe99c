import type { FileTree } from "./file-tree.ts";

/** The file system on a simulated block device: what mounting the device shows. */
export interface FileSystemContent {
  /** The type as mount(2) knows it: `"ext4"`. Mounting the device as another gives EINVAL. */
  readonly type: string;
  readonly files?: FileTree;
  /** In the superblock that is written to the device, when no `content` is given. */
  readonly label?: string;
  /** In the superblock that is written to the device, when no `content` is given: `8-4-4-4-12` digits. */
  readonly uuid?: string;
  /** The options that the file system knows; any other gives EINVAL. Default: all are taken. */
  readonly options?: readonly string[];
  /** The error that each try to mount it gives: `"EUCLEAN"`. */
  readonly failure?: string;
}

/** Bytes somewhere on a device; everything else is zero. */
export interface Extent {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What a block device holds, and how big it is. */
export interface BlockContent {
  /** In bytes; default 64 MiB, or the length of the content. */
  readonly size?: number;
  /** The bytes themselves; default those of a superblock of `fileSystem`, or zeros. */
  readonly content?: Uint8Array | readonly Extent[];
  readonly fileSystem?: FileSystemContent;
}

/** A partition of a {@link BlockDeviceDescription}. */
export interface PartitionDescription extends BlockContent {
  readonly number: number;
  /** Where on the disk it begins, in bytes; default 1 MiB times its number. */
  readonly start?: number;
  /** `PARTNAME` of its uevent: the label in the partition table. */
  readonly label?: string;
  /** `PARTUUID` of its uevent. */
  readonly uuid?: string;
}

/** A change to a block device at a simulated time. */
export interface BlockChange extends BlockContent {
  /** Milliseconds since the machine started. */
  readonly at: number;
  readonly readOnly?: boolean;
  /** The error that opening and reading it gives from now on; `null` ends that. */
  readonly failure?: string | null;
}

/** A simulated block device. */
export interface BlockDeviceDescription extends BlockContent {
  /** The kernel's name: `"vda"`. */
  readonly name: string;
  /** Of `makedev`; default: what the driver of such a name would number it. */
  readonly device?: bigint;
  readonly partitions?: readonly PartitionDescription[];
  /** 512 (default) or 4096. */
  readonly sectorSize?: number;
  readonly readOnly?: boolean;
  readonly removable?: boolean;
  /** The path below `/sys` of what it hangs on; default `/devices/platform/simulated`. */
  readonly parent?: string;
  /** When it appears, in milliseconds since the machine started; default: it is there from the start. */
  readonly appears?: number;
  /** When it vanishes. */
  readonly vanishes?: number;
  readonly changes?: readonly BlockChange[];
  /** The error that opening and reading it gives: `"ENOMEDIUM"`, `"EIO"`. */
  readonly failure?: string;
}
