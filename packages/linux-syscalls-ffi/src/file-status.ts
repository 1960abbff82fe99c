import { type FileStatus, makedev } from "@earlyboot/linux-syscalls";

import { C } from "./c-constants.ts";
import type { Kernel, Subject } from "./kernel.ts";
import { statx } from "./layouts.ts";
import { makeStructure, readStructure } from "./structure.ts";

/** What statx(2) tells of `name` below `directory`, by flags such as AT_SYMLINK_NOFOLLOW. */
export function fileStatus(
  kernel: Kernel,
  directory: number,
  name: string,
  flags: number,
  subject: Subject,
): FileStatus {
  const answer = makeStructure(statx);
  const how = flags | C.AT_NO_AUTOMOUNT;
  kernel.call("statx", [directory, name, how, C.STATX_BASIC_STATS, answer], subject);
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
