import { type EntryKind, FileKind, type Linux, errorCode } from "@earlyboot/linux-syscalls";

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
    for (const [place, { name, kind }] of linux.readDirectoryAt(directory).entries()) {
      if (place % lookAtClock === 0) late ||= linux.now() > deadline;
      if (late) return;
      attempt(warnings, () => remove(directory, name, kind, `${path}/${name}`));
    }
  }

  function remove(directory: number, name: string, kind: EntryKind, path: string): void {
    if (initramfs.spared.has(path)) return;
    if (isDirectory(directory, name, kind)) return removeDirectory(directory, name, path);
    // Of a file that is mounted over, unlinkat(2) reaches what is below, and refuses to remove it.
    if (reaches(() => linux.unlinkAt(directory, name, "file"), "EBUSY")) removed++;
  }

  function isDirectory(directory: number, name: string, kind: EntryKind): boolean {
    if (kind !== "unknown") return kind === "directory";
    return (linux.statAt(directory, name).mode & FileKind.Mask) === FileKind.Directory;
  }

  function removeDirectory(parent: number, name: string, path: string): void {
    const directory = linux.openAt(parent, name, { directory: true, noFollow: true });
    try {
      if (linux.fstat(directory).device !== initramfs.device) return;
      removeAll(directory, path);
    } finally {
      linux.close(directory);
    }
    // Not empty where something in it stays.
    if (reaches(() => linux.unlinkAt(parent, name, "directory"), "ENOTEMPTY")) removed++;
  }

  attempt(warnings, () => removeAll(initramfs.descriptor, ""));
  if (late) warnings.push(`stopped freeing the initramfs after ${milliseconds / 1000} s`);
  return { removed, warnings };
}

/** Whether an action succeeds; the error that is expected makes it `false`. */
function reaches(action: () => void, expected: string): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (errorCode(error) === expected) return false;
    throw error;
  }
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

/** How many entries of a directory are seen to between two looks at the clock. */
const lookAtClock = 16;
