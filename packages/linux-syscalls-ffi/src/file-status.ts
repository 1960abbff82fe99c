import { type FileStatus, makedev } from "@earlyboot/linux-syscalls";
import type { BigIntStats } from "node:fs";

import { C } from "./c-constants.ts";
import type { Kernel, Subject } from "./kernel.ts";
import { statx } from "./layouts.ts";
import { makeStructure, readStructure } from "./structure.ts";

/** What Node found out about a file: it asks in a fifth of the time that a call of our own takes. */
export function statusOf(stats: BigIntStats): FileStatus {
  const { dev, ino, mode, nlink, uid, gid, rdev, size, mtimeNs } = stats;
  return {
    device: dev,
    inode: ino,
    mode: Number(mode),
    links: Number(nlink),
    uid: Number(uid),
    gid: Number(gid),
    rdev,
    size,
    modified: Number(mtimeNs / nanoseconds) + Number(mtimeNs % nanoseconds) / 1e9,
  };
}

/** As many as there are in a second. */
const nanoseconds = 1_000_000_000n;

/** What statx(2) tells of `name` below `directory`, a link itself: Node knows only whole paths. */
export function fileStatusAt(
  kernel: Kernel,
  directory: number,
  name: string,
  subject: Subject,
): FileStatus {
  const answer = makeStructure(statx);
  const how = C.AT_SYMLINK_NOFOLLOW | C.AT_NO_AUTOMOUNT;
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
