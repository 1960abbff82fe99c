import type { Linux } from "@earlyboot/linux-syscalls";

/** What `/proc/self/mountinfo` tells about one mount. */
export interface MountEntry {
  /** The number of the mounted device, as `MAJ:MIN`. */
  readonly device: string;
  /** The directory of the file system that is mounted: `/`, or another for a bind mount. */
  readonly root: string;
  /** The mount point. */
  readonly target: string;
  /** Whether mounts below it appear in other places too: nothing can be moved away from there. */
  readonly shared: boolean;
}

/** Reads the mounts of this process in the order in which they were made. See proc_pid_mountinfo(5). */
export function readMounts(linux: Pick<Linux, "readText">): readonly MountEntry[] {
  const lines = linux.readText("/proc/self/mountinfo").split("\n");
  return lines.flatMap((line) => {
    const [mount = "", origin] = line.split(" - ");
    const [, , device = "", root = "", target = "", , ...propagation] = mount.split(" ");
    if (origin === undefined) return [];
    const shared = propagation.some((word) => word.startsWith("shared:"));
    return [{ device, root: unescape(root), target: unescape(target), shared }];
  });
}

/** The kernel writes blanks and backslashes in names as `\ooo`. */
function unescape(name: string): string {
  return name.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
