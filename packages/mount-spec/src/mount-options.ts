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

/** The other options for user space that take no value. */
const plainForUserspace: readonly string[] = [
  "defaults",
  "auto",
  "noauto",
  "nouser",
  "nousers",
  "noowner",
  "nogroup",
  "_netdev",
  "nofail",
];

/** The options for user space that take a value. */
const valuedForUserspace: readonly string[] = [
  "user",
  "comment",
  "loop",
  "offset",
  "sizelimit",
  "encryption",
  "uhelper",
  "helper",
  "verity.hashdevice",
  "verity.roothash",
  "verity.hashoffset",
  "verity.roothashfile",
  "verity.fecdevice",
  "verity.fecoffset",
  "verity.fecroots",
  "verity.roothashsig",
  "verity.oncorruption",
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
    const { name, value } = splitOption(option);
    const word = value === "" ? name : option;
    flags = applyOption(flags, option);
    if (isForUserspace(name, word)) userspace.push(option);
    else if (own(setting, word) === 0 && own(clearing, word) === 0) data.push(option);
  }
  return {
    flags,
    data: data.length === 0 ? null : data.join(","),
    userspace: userspace.filter((option) => option !== "defaults"),
  };
}

/** Splits options at the commas that are neither within double quotes nor behind a backslash. */
export function splitOptions(text: string): readonly string[] {
  return text.match(/(?:"[^"]*(?:"|$)|\\,|[^,"])+/g) ?? [];
}

/** The name of an option, and its value, which may be empty. */
export function splitOption(option: string): { readonly name: string; readonly value: string } {
  const equals = option.indexOf("=", 1);
  if (equals < 0) return { name: option, value: "" };
  return { name: option.slice(0, equals), value: option.slice(equals + 1) };
}

/** Whether only user space reads an option; `word` is the option without an empty value. */
function isForUserspace(name: string, word: string): boolean {
  if (/^x-/i.test(name) || valuedForUserspace.includes(name)) return true;
  return plainForUserspace.includes(word) || own(implying, word) !== 0;
}

function own(table: Readonly<Record<string, number>>, word: string): number {
  return (Object.hasOwn(table, word) ? table[word] : undefined) ?? 0;
}

/** The bits that are set after an option, of those that were set before it. */
export function applyOption(flags: number, option: string): number {
  const word = option.replace(/^([^=]+)=$/, "$1");
  return (flags | own(setting, word) | own(implying, word)) & ~own(clearing, word);
}

/** The option that sets exactly the given bits. */
export function flagOption(bits: number): string | undefined {
  return Object.keys(setting).find((option) => setting[option] === bits);
}
