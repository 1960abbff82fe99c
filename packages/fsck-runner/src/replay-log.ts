import { errorCode, type Linux, MountFlag } from "@earlyboot/linux-syscalls";

/** The calls that replaying a log takes. */
export type ReplayingLinux = Pick<Linux, "mkdir" | "mount" | "rmdir" | "umount2">;

/** Where a file system is mounted for a moment. */
const mountPoint = "/run/earlyboot-replay";

/**
 * Lets the kernel replay the log of a file system, as it does at every mount: mounts it and unmounts
 * it. A file system that cannot be mounted is left to its checker.
 *
 * @throws SyscallError when it cannot be unmounted again: then it must not be checked.
 */
export function replayLog(linux: ReplayingLinux, device: string, type: string): void {
  try {
    linux.mkdir(mountPoint, 0o700);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") return;
  }
  try {
    const flags = MountFlag.NoSuid | MountFlag.NoDev | MountFlag.NoExec;
    linux.mount({ source: device, target: mountPoint, type, flags });
  } catch {
    return;
  }
  linux.umount2(mountPoint);
  linux.rmdir(mountPoint);
}
