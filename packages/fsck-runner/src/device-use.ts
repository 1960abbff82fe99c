import { errorCode, FileKind, formatDeviceNumber, type Linux } from "@earlyboot/linux-syscalls";

/** The calls that looking at a device's use takes. */
export type DeviceUseLinux = Pick<Linux, "close" | "open" | "readText" | "stat">;

/** Why a device must not be checked. */
export type DeviceUse = "mounted" | "in-use" | "read-only";

/**
 * Says why `device` must not be checked, or gives `undefined` when nothing stands against it. A file
 * that is no block device is never in use.
 *
 * @throws SyscallError when the device is missing, or the mounts cannot be read.
 */
export function deviceUse(linux: DeviceUseLinux, device: string): DeviceUse | undefined {
  const { mode, rdev } = linux.stat(device);
  if ((mode & FileKind.Mask) !== FileKind.Block) return undefined;
  if (isMounted(linux, rdev)) return "mounted";
  if (isHeld(linux, device)) return "in-use";
  return isReadOnly(linux, rdev) ? "read-only" : undefined;
}

/** By device number, and by source, for btrfs shows a number of its own. See proc_pid_mountinfo(5). */
function isMounted(linux: DeviceUseLinux, rdev: bigint): boolean {
  const number = formatDeviceNumber(rdev);
  const lines = linux.readText("/proc/self/mountinfo").split("\n");
  return lines.some((line) => {
    const [mount = "", origin = ""] = line.split(" - ");
    if (mount.split(" ")[2] === number) return true;
    const source = origin.split(" ")[1] ?? "";
    return source.startsWith("/") && isNode(linux, source, rdev);
  });
}

/** A source may have no node here, as `/dev/root`; any other failure leaves in doubt what it is. */
function isNode(linux: DeviceUseLinux, path: string, rdev: bigint): boolean {
  try {
    const status = linux.stat(path);
    return (status.mode & FileKind.Mask) === FileKind.Block && status.rdev === rdev;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return false;
    throw error;
  }
}

/**
 * Asks the kernel: O_EXCL on a block device fails with EBUSY while it is mounted anywhere, even in
 * another namespace, is swap, or belongs to RAID, LVM or a multi-device file system. See open(2).
 */
function isHeld(linux: DeviceUseLinux, device: string): boolean {
  try {
    linux.close(linux.open(device, { exclusive: true, nonBlock: true }));
    return false;
  } catch (error) {
    return errorCode(error) === "EBUSY";
  }
}

function isReadOnly(linux: DeviceUseLinux, rdev: bigint): boolean {
  try {
    return linux.readText(`/sys/dev/block/${formatDeviceNumber(rdev)}/ro`).trim() === "1";
  } catch {
    return false;
  }
}
