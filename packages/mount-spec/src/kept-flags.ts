import { MountFlag, StatfsFlag } from "@earlyboot/linux-syscalls";

/** The flags that belong to one mount, not to the file system: each bind mount has its own. */
export const flagsOfOneMount: number =
  MountFlag.ReadOnly |
  MountFlag.NoSuid |
  MountFlag.NoDev |
  MountFlag.NoExec |
  MountFlag.NoDirAtime |
  MountFlag.NoSymFollow |
  MountFlag.NoAtime |
  MountFlag.RelAtime |
  MountFlag.StrictAtime;

/**
 * The flags of mount(2) that keep what statfs(2) tells of a mount through a remount, less its rule for access
 * times where another one is wanted.
 */
export function keptFlags(status: number, wanted: number): number {
  const same =
    status & (MountFlag.ReadOnly | MountFlag.NoSuid | MountFlag.NoDev | MountFlag.NoExec);
  const noDirAtime = status & MountFlag.NoDirAtime;
  const noSymFollow = (status & StatfsFlag.NoSymFollow) !== 0 ? MountFlag.NoSymFollow : 0;
  return same | noDirAtime | noSymFollow | ((wanted & atimeRules) === 0 ? atimeRule(status) : 0);
}

function atimeRule(status: number): number {
  if ((status & StatfsFlag.NoAtime) !== 0) return MountFlag.NoAtime;
  return (status & StatfsFlag.RelAtime) !== 0 ? MountFlag.RelAtime : MountFlag.StrictAtime;
}

const atimeRules: number = MountFlag.NoAtime | MountFlag.RelAtime | MountFlag.StrictAtime;
