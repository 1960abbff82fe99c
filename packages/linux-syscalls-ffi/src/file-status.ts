import { type FileStatus, makedev } from "@earlyboot/linux-syscalls";

import type { Kernel, Subject } from "./kernel.ts";
import { statx } from "./layouts.ts";
import { makeStructure, readStructure } from "./structure.ts";

/** Flags of the functions whose names end in `at`, from `<linux/fcntl.h>`. */
export const At = {
  /** Instead of a directory's descriptor: the working directory. */
  WorkingDirectory: -100,
  SymlinkNoFollow: 0x100,
  RemoveDirectory: 0x200,
  NoAutomount: 0x800,
  EmptyPath: 0x1000,
} as const;

/** STATX_BASIC_STATS */
const basicStatus = 0x7ff;

/** What statx(2) tells of `name` below `directory`, by the flags of {@link At}. */
export function fileStatus(
  kernel: Kernel,
  directory: number,
  name: string,
  flags: number,
  subject: Subject,
): FileStatus {
  const answer = makeStructure(statx);
  const how = flags | At.NoAutomount;
  kernel.call("statx", [directory, name, how, basicStatus, answer], subject);
  const field = readStructure(statx, answer);
  const seconds = Number(BigInt.asIntN(64, field.modifiedSeconds));
  return {
    device: makedev(field.deviceMajor, field.deviceMinor),
    inode: field.inode,
    mode: field.mode,
    links: field.links,
    uid: field.uid,
    gid: field.gid,
    rdev: makedev(field.rdevMajor, field.rdevMinor),
    size: field.size,
    modified: seconds + field.modifiedNanoseconds / 1e9,
  };
}
