import { errorCode, type Linux, MountFlag } from "@earlyboot/linux-syscalls";

/** The calls that replaying a log takes. */
export type ReplayingLinux = Pick<Linux, "mkdir" | "mount" | "rmdir" | "umount2">;

/** Where a file system is mounted for a moment. */
const mountPoint = "/run/earlyboot-replay";

/**
 * Lets the kernel replay the log of a file system, as it does at every mount: mounts it read-only, which
 * writes nothing else, and unmounts it. Says whether that was done; a file system that cannot be mounted
 * is left as it is.
 *
 * @throws SyscallError when it cannot be unmounted again: then it must not be checked.
 */
export function replayLog(linux: ReplayingLinux, device: string, type: string): boolean {
  try {
    linux.mkdir(mountPoint, 0o700);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") return false;
  }
  try {
    const { ReadOnly, NoSuid, NoDev, NoExec } = MountFlag;
    const flags = ReadOnly | NoSuid | NoDev | NoExec;
    linux.mount({ source: device, target: mountPoint, type, flags });
  } catch {
    return false;
  }
  linux.umount2(mountPoint);
  try {
    linux.rmdir(mountPoint);
  } catch {
    // An empty directory is in nobody's way.
  }
  return true;
}
