import { formatDeviceNumber, type Linux } from "@earlyboot/linux-syscalls";

/** The calls that {@link disksOf} makes. */
export type SysfsLinux = Pick<Linux, "readDirectory" | "readLink" | "stat">;

/**
 * The names of the disks that a block device lies on: one for a partition, several for RAID or LVM,
 * none where sysfs does not tell. See Documentation/ABI/testing/sysfs-block of the kernel.
 */
export function disksOf(linux: SysfsLinux, device: string): readonly string[] {
  try {
    const { rdev } = linux.stat(device);
    const link = linux.readLink(`/sys/dev/block/${formatDeviceNumber(rdev)}`);
    return [...new Set(disksBelow(linux, link.split("/")))];
  } catch {
    return [];
  }
}

/** The disks below the device whose directory in sysfs has this path. */
function disksBelow(linux: SysfsLinux, path: readonly string[]): readonly string[] {
  const [parent = "", name = ""] = path.slice(-2);
  const lower = slavesOf(linux, name);
  if (lower.length === 0) return [isPartition(linux, name) ? parent : name];
  return lower.flatMap((slave) =>
    disksBelow(linux, linux.readLink(`/sys/class/block/${slave}`).split("/")),
  );
}

/** The devices that a device is made of; a partition has no such directory. */
function slavesOf(linux: SysfsLinux, name: string): readonly string[] {
  try {
    return linux.readDirectory(`/sys/class/block/${name}/slaves`).map((slave) => slave.name);
  } catch {
    return [];
  }
}

function isPartition(linux: SysfsLinux, name: string): boolean {
  try {
    linux.stat(`/sys/class/block/${name}/partition`);
    return true;
  } catch {
    return false;
  }
}
