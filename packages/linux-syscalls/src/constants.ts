/** Flags of mount(2), from `<linux/mount.h>`. */
export const MountFlag = {
  ReadOnly: 1,
  NoSuid: 2,
  NoDev: 4,
  NoExec: 8,
  Synchronous: 16,
  Remount: 32,
  MandLock: 64,
  DirSync: 128,
  NoSymFollow: 256,
  NoAtime: 1024,
  NoDirAtime: 2048,
  Bind: 4096,
  Move: 8192,
  Recursive: 16384,
  Silent: 32768,
  PosixAcl: 65536,
  Unbindable: 131072,
  Private: 262144,
  Slave: 524288,
  Shared: 1048576,
  RelAtime: 2097152,
  IVersion: 8388608,
  StrictAtime: 16777216,
  LazyTime: 33554432,
} as const;

/** Flags of umount2(2), from `<sys/mount.h>`. */
export const UmountFlag = {
  Force: 1,
  Detach: 2,
  Expire: 4,
  NoFollow: 8,
} as const;

/** Flags of a mounted file system in the answer of statfs(2), from `<linux/statfs.h>`. */
export const StatfsFlag = {
  ReadOnly: 1,
  NoSuid: 2,
  NoDev: 4,
  NoExec: 8,
  Synchronous: 16,
  Valid: 32,
  MandLock: 64,
  NoAtime: 1024,
  NoDirAtime: 2048,
  RelAtime: 4096,
  NoSymFollow: 8192,
} as const;

/** Types of file systems in the answer of statfs(2), from `<linux/magic.h>`. */
export const FileSystemMagic = {
  Ramfs: 0x858458f6,
  Tmpfs: 0x01021994,
  Nullfs: 0x4e554c4c,
  Ext: 0xef53,
  Btrfs: 0x9123683e,
  Xfs: 0x58465342,
  Overlay: 0x794c7630,
  Nfs: 0x6969,
  Proc: 0x9fa0,
  Sysfs: 0x62656572,
  Devpts: 0x1cd1,
  Squashfs: 0x73717368,
  Erofs: 0xe0f5e1e2,
  F2fs: 0xf2f52010,
  Msdos: 0x4d44,
  Iso9660: 0x9660,
  V9fs: 0x01021997,
  Fuse: 0x65735546,
  Efivarfs: 0xde5e81e4,
  Cgroup: 0x27e0eb,
  Cgroup2: 0x63677270,
} as const;

/** Commands of reboot(2), from `<linux/reboot.h>`. */
export const RebootCommand = {
  Restart: 0x01234567,
  Halt: 0xcdef0123,
  PowerOff: 0x4321fedc,
  CtrlAltDelOn: 0x89abcdef,
  CtrlAltDelOff: 0,
} as const;

/** Kinds of file in the `mode` of a {@link FileStatus}, under the mask `FileKind.Mask`. See inode(7). */
export const FileKind = {
  Mask: 0o170000,
  Socket: 0o140000,
  Link: 0o120000,
  Regular: 0o100000,
  Block: 0o060000,
  Directory: 0o040000,
  Character: 0o020000,
  Fifo: 0o010000,
} as const;

/** Flags of finit_module(2), from `<linux/module.h>`. */
export const ModuleFlag = {
  IgnoreModversions: 1,
  IgnoreVermagic: 2,
  CompressedFile: 4,
} as const;

/** What access(2) asks about, from `<unistd.h>`. */
export const AccessMode = {
  Exists: 0,
  Execute: 1,
  Write: 2,
  Read: 4,
} as const;

/** Flags of a network interface, from `<linux/if.h>`. See netdevice(7). */
export const InterfaceFlag = {
  Up: 0x1,
  Broadcast: 0x2,
  Loopback: 0x8,
  Running: 0x40,
} as const;

/** Numbers of the signals that a boot program sends or handles. See signal(7). */
export const Signal = {
  Hangup: 1,
  Interrupt: 2,
  Quit: 3,
  Kill: 9,
  User1: 10,
  User2: 12,
  Pipe: 13,
  Terminate: 15,
  Child: 17,
  Continue: 18,
  Stop: 19,
} as const;
