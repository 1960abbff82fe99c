/** What a device is used for, by libblkid's words. */
export type Usage = "filesystem" | "raid" | "crypto" | "other";

/** How a UUID is written; the first five are those that a declaration of a file system knows. */
export type IdentifiedUuidKind =
  | "dce"
  | "fat"
  | "exfat"
  | "ntfs"
  | "iso9660"
  | "udf"
  | "lvm2"
  | "zfs";

/** What a member's superblock says about the whole that it belongs to. */
export interface MemberDetails {
  /** How many devices the whole has. */
  readonly devices?: number | undefined;
  /** The UUIDs of members that it names (each member's `subUuid`); perhaps not all of them. */
  readonly subUuids?: readonly string[] | undefined;
  /** The RAID level: 0, 1, 4, 5, 6, 10; -1 is linear. */
  readonly level?: number | undefined;
  /** The name of the whole: an md array's name, a ZFS pool. */
  readonly name?: string | undefined;
}

/** What is on a device. */
export interface Identification {
  /** By libblkid's names: `ext4`, `vfat`, `swap`, `crypto_LUKS`, `LVM2_member`, … */
  readonly type: string;
  readonly usage: Usage;
  readonly version?: string | undefined;
  readonly uuid?: string | undefined;
  readonly uuidKind?: IdentifiedUuidKind | undefined;
  /** The UUID of this member, where the whole has one of its own (libblkid's `UUID_SUB`). */
  readonly subUuid?: string | undefined;
  readonly label?: string | undefined;
  /** In bytes; of a swap area, its page size. */
  readonly blockSize?: number | undefined;
  /** Whether the superblock says that the file system was unmounted, was not, or has errors. */
  readonly state?: "clean" | "dirty" | "errors" | undefined;
  readonly member?: MemberDetails | undefined;
}

/** A superblock that was there but cannot be believed. */
export interface Rejection {
  /** The type that it would have been. */
  readonly rejected: string;
  readonly why: string;
}
