import { MountFlag } from "@earlyboot/linux-syscalls";
import { plainReading, type Reading } from "./declaration-error.ts";

/** A flag of a declared file system. */
export type FileSystemFlag =
  | "read-only"
  | "bind-mount"
  | "recursive"
  | "no-suid"
  | "no-dev"
  | "no-exec"
  | "no-atime"
  | "no-diratime"
  | "relative-atime"
  | "strict-atime"
  | "lazy-time"
  | "synchronous"
  | "dirsync"
  | "silent"
  | "no-symlink-follow"
  | "remount"
  | "shared"
  | "private"
  | "slave"
  | "unbindable";

const bits: Readonly<Record<FileSystemFlag, number>> = {
  "read-only": MountFlag.ReadOnly,
  "bind-mount": MountFlag.Bind,
  recursive: MountFlag.Recursive,
  "no-suid": MountFlag.NoSuid,
  "no-dev": MountFlag.NoDev,
  "no-exec": MountFlag.NoExec,
  "no-atime": MountFlag.NoAtime,
  "no-diratime": MountFlag.NoDirAtime,
  "relative-atime": MountFlag.RelAtime,
  "strict-atime": MountFlag.StrictAtime,
  "lazy-time": MountFlag.LazyTime,
  synchronous: MountFlag.Synchronous,
  dirsync: MountFlag.DirSync,
  silent: MountFlag.Silent,
  "no-symlink-follow": MountFlag.NoSymFollow,
  remount: MountFlag.Remount,
  shared: MountFlag.Shared,
  private: MountFlag.Private,
  slave: MountFlag.Slave,
  unbindable: MountFlag.Unbindable,
};

/** All flags of declared file systems. */
export const fileSystemFlags: readonly FileSystemFlag[] =
  Object.keys(bits).filter(isFileSystemFlag);

/** Whether a word is a flag of declared file systems. */
function isFileSystemFlag(word: string): word is FileSystemFlag {
  return Object.hasOwn(bits, word);
}

/**
 * The kernel's number of a list of flags, for mount(2).
 *
 * @throws DeclarationError for a word that is no flag.
 */
export function mountFlags(flags: readonly FileSystemFlag[]): number {
  return checkFlags(flags, plainReading).reduce((sum, flag) => sum | bits[flag], 0);
}

/** The flags in a number of mount(2), in the order of {@link fileSystemFlags}; others are left out. */
export function flagNames(flags: number): readonly FileSystemFlag[] {
  return fileSystemFlags.filter((flag) => (flags & bits[flag]) !== 0);
}

/**
 * Reads a list of flags; of those that come twice, the first.
 *
 * @throws DeclarationError that names the nearest flag.
 */
export function checkFlags(value: unknown, { blame }: Reading): readonly FileSystemFlag[] {
  const expected = `one of ${fileSystemFlags.join(", ")}`;
  if (!Array.isArray(value)) throw blame({ field: "flags", value, expected: "a list of flags" });
  const flags = value.map((flag: unknown, index) => {
    if (typeof flag === "string" && isFileSystemFlag(flag)) return flag;
    throw blame({ field: `flags[${index}]`, value: flag, expected, words: fileSystemFlags });
  });
  return [...new Set(flags)];
}
