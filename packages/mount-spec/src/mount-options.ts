import { MountFlag } from "@earlyboot/linux-syscalls";

/** What the options of an fstab line, or of mount(8), mean. */
export interface MountOptions {
  /** The kernel's number, for mount(2). */
  readonly flags: number;
  /** What the file system gets, in order; null when it gets nothing. */
  readonly data: string | null;
  /** The options that only user space reads, in order. */
  readonly userspace: readonly string[];
}

/** The options that set bits of mount(2), mount(8). */
const setting: Readonly<Record<string, number>> = {
  ro: MountFlag.ReadOnly,
  noexec: MountFlag.NoExec,
  nosuid: MountFlag.NoSuid,
  nodev: MountFlag.NoDev,
  sync: MountFlag.Synchronous,
  dirsync: MountFlag.DirSync,
  remount: MountFlag.Remount,
  bind: MountFlag.Bind,
  rbind: MountFlag.Bind | MountFlag.Recursive,
  move: MountFlag.Move,
  silent: MountFlag.Silent,
  mand: MountFlag.MandLock,
  iversion: MountFlag.IVersion,
  noatime: MountFlag.NoAtime,
  nodiratime: MountFlag.NoDirAtime,
  relatime: MountFlag.RelAtime,
  strictatime: MountFlag.StrictAtime,
  lazytime: MountFlag.LazyTime,
  nosymfollow: MountFlag.NoSymFollow,
  shared: MountFlag.Shared,
  rshared: MountFlag.Shared | MountFlag.Recursive,
  slave: MountFlag.Slave,
  rslave: MountFlag.Slave | MountFlag.Recursive,
  private: MountFlag.Private,
  rprivate: MountFlag.Private | MountFlag.Recursive,
  unbindable: MountFlag.Unbindable,
  runbindable: MountFlag.Unbindable | MountFlag.Recursive,
};

/** The options that take bits back. */
const clearing: Readonly<Record<string, number>> = {
  rw: MountFlag.ReadOnly,
  exec: MountFlag.NoExec,
  suid: MountFlag.NoSuid,
  dev: MountFlag.NoDev,
  async: MountFlag.Synchronous,
  loud: MountFlag.Silent,
  nomand: MountFlag.MandLock,
  noiversion: MountFlag.IVersion,
  atime: MountFlag.NoAtime,
  diratime: MountFlag.NoDirAtime,
  norelatime: MountFlag.RelAtime,
  nostrictatime: MountFlag.StrictAtime,
  nolazytime: MountFlag.LazyTime,
  symfollow: MountFlag.NoSymFollow,
};

const owned = MountFlag.NoSuid | MountFlag.NoDev;

/** The options for user space by which ordinary users may mount, and the bits that they imply. */
const implying: Readonly<Record<string, number>> = {
  user: owned | MountFlag.NoExec,
  users: owned | MountFlag.NoExec,
  owner: owned,
  group: owned,
};

/** The other options for user space. Those with `=` take a value, those with `[=]` may take one. */
const userspaceOptions: readonly string[] = [
  "defaults",
  "auto",
  "noauto",
  "user[=]",
  "nouser",
  "users",
  "nousers",
  "owner",
  "noowner",
  "group",
  "nogroup",
  "_netdev",
  "comment=",
  "nofail",
  "loop[=]",
  "offset=",
  "sizelimit=",
  "encryption=",
  "uhelper=",
  "helper=",
  "verity.hashdevice=",
  "verity.roothash=",
  "verity.hashoffset=",
  "verity.roothashfile=",
  "verity.fecdevice=",
  "verity.fecoffset=",
  "verity.fecroots=",
  "verity.roothashsig=",
  "verity.oncorruption=",
];

/**
 * Takes mount options apart by the rules of util-linux: of options that exclude each other the last one wins,
 * `defaults` sets nothing, `user` and its kin imply what keeps users harmless, unless a later option takes
 * that back, and an option that is not known is the file system's. See mount(8).
 */
export function parseMountOptions(text: string): MountOptions {
  const data: string[] = [];
  const userspace: string[] = [];
  let flags = 0;
  for (const option of splitOptions(text)) {
    flags = applyOption(flags, option);
    if (isUserspaceOption(option)) {
      if (option !== "defaults") userspace.push(option);
    } else if (!isFlagOption(option)) data.push(option);
  }
  return { flags, data: data.length === 0 ? null : data.join(","), userspace };
}

/** Splits options at the commas that are neither within double quotes nor behind a backslash. */
export function splitOptions(text: string): readonly string[] {
  return text.match(/(?:"[^"]*(?:"|$)|\\,|[^,"])+/g) ?? [];
}

function applyOption(flags: number, option: string): number {
  const set = own(setting, option) | own(implying, option);
  return (flags | set) & ~own(clearing, option);
}

function isFlagOption(option: string): boolean {
  return own(setting, option) !== 0 || own(clearing, option) !== 0;
}

/** Whether only user space reads an option. */
function isUserspaceOption(option: string): boolean {
  if (/^x-/i.test(option)) return true;
  const equals = option.indexOf("=");
  const name = equals < 0 ? option : option.slice(0, equals);
  return (
    userspaceOptions.includes(`${name}[=]`) ||
    userspaceOptions.includes(equals < 0 ? name : `${name}=`)
  );
}

function own(table: Readonly<Record<string, number>>, name: string): number {
  return (Object.hasOwn(table, name) ? table[name] : undefined) ?? 0;
}
