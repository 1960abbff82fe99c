import type { Linux } from "@earlyboot/linux-syscalls";

/** What `/proc/self/mountinfo` tells about one mount. */
export interface MountEntry {
  /** The number of the mounted device, as `MAJ:MIN`. */
  readonly device: string;
  /** The directory of the file system that is mounted: `/`, or another for a bind mount. */
  readonly root: string;
  /** The mount point. */
  readonly target: string;
}

/** Reads the mounts of this process in the order in which they were made. See proc_pid_mountinfo(5). */
export function readMounts(linux: Pick<Linux, "readText">): readonly MountEntry[] {
  const lines = linux.readText("/proc/self/mountinfo").split("\n");
  return lines.flatMap((line) => {
    const [, , device, root, target] = line.split(" ");
    if (device === undefined || root === undefined || target === undefined) return [];
    return [{ device, root: unescape(root), target: unescape(target) }];
  });
}

/** The kernel writes blanks and backslashes in names as `\ooo`. */
function unescape(name: string): string {
  return name.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
