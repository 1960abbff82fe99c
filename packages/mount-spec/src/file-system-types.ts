/** Types of file systems without a device, exact: the kernel makes them. */
export const pseudoFileSystemTypes: readonly string[] = [
  "binfmt_misc",
  "cgroup",
  "debugfs",
  "devpts",
  "devtmpfs",
  "efivarfs",
  "fusectl",
  "hugetlbfs",
  "overlay",
  "proc",
  "securityfs",
  "sysfs",
  "tmpfs",
  "bpf",
  "cgroup2",
  "configfs",
  "mqueue",
  "pstore",
  "tracefs",
  "virtiofs",
  "xenfs",
];

/** Types that no program checks: without a device, on the network, or never written. */
export const typesWithoutCheck: readonly string[] = [
  ...pseudoFileSystemTypes,
  "none",
  "ramfs",
  "fuse",
  "9p",
  "ceph",
  "cifs",
  "nfs",
  "nfs4",
  "smb3",
  "iso9660",
  "romfs",
  "squashfs",
  "udf",
];

/** Whether a file system of this type can be checked. */
export function hasCheck(type: string): boolean {
  return !typesWithoutCheck.includes(type) && !type.startsWith("fuse.");
}
