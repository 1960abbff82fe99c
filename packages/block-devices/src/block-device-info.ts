import type { Identification, Rejection } from "./identification.ts";
import type { Partition, PartitionTable } from "./partition-table.ts";

/**
 * How far a device is known:
 * - `pending`: it is being read;
 * - `read`: it has been read, whether anything was recognised or not;
 * - `ambiguous`: it looks like several things at once, see `candidates`;
 * - `unreadable`: reading failed, see `problem`; it will be tried again;
 * - `empty`: it has no medium, or too little room for anything;
 * - `left-alone`: it is of a kind that is never read, see `problem`.
 */
export type DeviceStatus = "pending" | "read" | "ambiguous" | "unreadable" | "empty" | "left-alone";

/** A block device that the kernel has, and what is on it. */
export interface BlockDeviceInfo {
  /** The kernel's name: `vda1`. */
  readonly name: string;
  /** `/dev/vda1` */
  readonly path: string;
  /** The path that device mapper's tools give it: `/dev/mapper/root`. */
  readonly mapperPath?: string;
  /** Its number, as of `makedev`. */
  readonly device: bigint;
  /** In bytes. */
  readonly size: bigint;
  /** The kernel's name of the disk that this is a partition of. */
  readonly disk?: string;
  /** Its row in the partition table of that disk; without that, the number alone is known. */
  readonly partition?: Pick<Partition, "number"> & Partial<Partition>;
  readonly status: DeviceStatus;
  readonly identification?: Identification;
  readonly partitionTable?: PartitionTable;
  /** What it looks like, when that is more than one thing. */
  readonly candidates?: readonly Identification[];
  /** Superblocks that were there but cannot be believed. */
  readonly rejections?: readonly Rejection[];
  /** Why it could not be read, or is not. */
  readonly problem?: string;
}
