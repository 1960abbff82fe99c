import { FileKind, type Linux } from "@earlyboot/linux-syscalls";

/** The calls that freeing an initramfs takes. */
export type FreeingLinux = Pick<
  Linux,
  "close" | "fstat" | "now" | "openAt" | "readDirectoryAt" | "statAt" | "unlinkAt"
>;

/** An initramfs that is no longer the root, held by a descriptor of its top directory. */
export interface Initramfs {
  readonly descriptor: number;
  /** The number of its device: nothing on another one is touched. */
  readonly device: bigint;
  /** Paths in it that are mounted elsewhere too, and stay. */
  readonly spared: ReadonlySet<string>;
}

/** What {@link freeInitramfs} did. */
export interface FreedFiles {
  /** How many files and directories were removed. */
  readonly removed: number;
  /** What could not be removed, and why. */
  readonly warnings: readonly string[];
}

/**
 * Removes everything in the initramfs, through descriptors alone: no symbolic link is followed and
 * no mount is entered. It goes on at errors, and stops `milliseconds` after it began.
 */
export function freeInitramfs(
  linux: FreeingLinux,
  initramfs: Initramfs,
  milliseconds: number,
): FreedFiles {
  const deadline = linux.now() + milliseconds;
  const warnings: string[] = [];
  let removed = 0;
  let late = false;

  function removeAll(directory: number, path: string): void {
    for (const { name } of linux.readDirectoryAt(directory)) {
      late ||= linux.now() > deadline;
      if (late) return;
      attempt(warnings, () => remove(directory, name, `${path}/${name}`));
    }
  }

  function remove(directory: number, name: string, path: string): void {
    if (initramfs.spared.has(path)) return;
    const status = linux.statAt(directory, name);
    if (status.device !== initramfs.device) return;
    const isDirectory = (status.mode & FileKind.Mask) === FileKind.Directory;
    if (isDirectory && !removeInside(directory, name, path)) return;
    linux.unlinkAt(directory, name, isDirectory ? "directory" : "file");
    removed++;
  }

  /** Whether the directory is empty afterwards. */
  function removeInside(parent: number, name: string, path: string): boolean {
    const directory = linux.openAt(parent, name, { directory: true, noFollow: true });
    try {
      if (linux.fstat(directory).device !== initramfs.device) return false;
      removeAll(directory, path);
      return linux.readDirectoryAt(directory).length === 0;
    } finally {
      linux.close(directory);
    }
  }

  attempt(warnings, () => removeAll(initramfs.descriptor, ""));
  if (late) warnings.push(`stopped freeing the initramfs after ${milliseconds / 1000} s`);
  return { removed, warnings };
}

function attempt(warnings: string[], action: () => void): void {
  try {
    action();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    if (warnings.length < mostWarnings) warnings.push(`not freed: ${words}`);
  }
}

/** Enough to see what is wrong; one broken directory would fill the console otherwise. */
const mostWarnings = 10;
