import { MountFlag, StatfsFlag } from "../constants.ts";
import type { Mount } from "./mount-tree.ts";

/** Flags that belong to one mount. */
const perMount: number =
  MountFlag.ReadOnly |
  MountFlag.NoSuid |
  MountFlag.NoDev |
  MountFlag.NoExec |
  MountFlag.NoSymFollow |
  MountFlag.NoAtime |
  MountFlag.NoDirAtime |
  MountFlag.RelAtime;

/** Flags that belong to a file system, wherever it is mounted. */
export const perFileSystem: number =
  MountFlag.Synchronous | MountFlag.DirSync | MountFlag.LazyTime | MountFlag.MandLock;

const accessTimes = MountFlag.NoAtime | MountFlag.NoDirAtime | MountFlag.RelAtime;
const namedAccessTimes = accessTimes | MountFlag.StrictAtime;

/** What a new mount keeps of the flags that were asked for: relatime unless told otherwise. */
export function newMountFlags(flags: number): number {
  const kept = flags & perMount & ~MountFlag.RelAtime;
  if ((flags & MountFlag.StrictAtime) !== 0) return kept & ~MountFlag.NoAtime;
  return (flags & MountFlag.NoAtime) === 0 ? kept | MountFlag.RelAtime : kept;
}

/** What a remount leaves: the flags asked for, with the old kind of access time when none is named. */
export function remountFlags(before: number, flags: number): number {
  if ((flags & namedAccessTimes) !== 0) return newMountFlags(flags);
  return (newMountFlags(flags) & ~accessTimes) | (before & accessTimes);
}

/** Whether nothing can be written through a mount. */
export function isReadOnly(mount: Mount): boolean {
  return mount.superBlock.readOnly || (mount.flags & MountFlag.ReadOnly) !== 0;
}

const words: readonly (readonly [flag: number, word: string])[] = [
  [MountFlag.NoSuid, "nosuid"],
  [MountFlag.NoDev, "nodev"],
  [MountFlag.NoExec, "noexec"],
  [MountFlag.NoAtime, "noatime"],
  [MountFlag.NoDirAtime, "nodiratime"],
  [MountFlag.RelAtime, "relatime"],
  [MountFlag.NoSymFollow, "nosymfollow"],
];

const fileSystemWords: readonly (readonly [flag: number, word: string])[] = [
  [MountFlag.Synchronous, "sync"],
  [MountFlag.DirSync, "dirsync"],
  [MountFlag.MandLock, "mand"],
  [MountFlag.LazyTime, "lazytime"],
];

/** The words of a mount's own flags, `ro` or `rw` first, as `/proc/self/mountinfo` shows them. */
export function mountWords(mount: Mount): string {
  const first = (mount.flags & MountFlag.ReadOnly) === 0 ? "rw" : "ro";
  return [first, ...wordsOf(words, mount.flags)].join(",");
}

/** The words of a file system's flags and options, `ro` or `rw` first. */
export function fileSystemOptions({ superBlock }: Mount): string {
  const own = superBlock.options === "" ? [] : [superBlock.options];
  const first = superBlock.readOnly ? "ro" : "rw";
  return [first, ...wordsOf(fileSystemWords, superBlock.flags), ...own].join(",");
}

/** All options of a mount, as `/proc/mounts` shows them. */
export function allOptions(mount: Mount): string {
  const { superBlock, flags } = mount;
  const own = superBlock.options === "" ? [] : [superBlock.options];
  const shown = [
    isReadOnly(mount) ? "ro" : "rw",
    ...wordsOf(fileSystemWords, superBlock.flags),
    ...wordsOf(words, flags),
    ...own,
  ];
  return shown.join(",");
}

function wordsOf(table: typeof words, flags: number): readonly string[] {
  return table.filter(([flag]) => (flags & flag) !== 0).map(([, word]) => word);
}

const statfsFlags: readonly (readonly [mount: number, statfs: number])[] = [
  [MountFlag.NoSuid, StatfsFlag.NoSuid],
  [MountFlag.NoDev, StatfsFlag.NoDev],
  [MountFlag.NoExec, StatfsFlag.NoExec],
  [MountFlag.NoAtime, StatfsFlag.NoAtime],
  [MountFlag.NoDirAtime, StatfsFlag.NoDirAtime],
  [MountFlag.RelAtime, StatfsFlag.RelAtime],
  [MountFlag.NoSymFollow, StatfsFlag.NoSymFollow],
  [MountFlag.Synchronous, StatfsFlag.Synchronous],
  [MountFlag.MandLock, StatfsFlag.MandLock],
];

/** The flags that statfs(2) answers for a mount. */
export function statfsFlagsOf(mount: Mount): number {
  const flags = mount.flags | mount.superBlock.flags;
  const readOnly = isReadOnly(mount) ? StatfsFlag.ReadOnly : 0;
  return statfsFlags
    .filter(([flag]) => (flags & flag) !== 0)
    .reduce((sum, [, flag]) => sum | flag, StatfsFlag.Valid | readOnly);
}
