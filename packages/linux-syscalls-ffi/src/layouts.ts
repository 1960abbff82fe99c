/*
 * The structures of the kernel and the C library that are used, as they lie in memory on x64 and
 * arm64. test/layouts.test.ts compares all of them with the headers.
 */

/** struct statfs, statfs(2) */
export const statfs = {
  size: 120,
  fields: {
    type: [0, "u64"],
    blockSize: [8, "u64"],
    blocks: [16, "u64"],
    blocksFree: [24, "u64"],
    blocksAvailable: [32, "u64"],
    files: [40, "u64"],
    filesFree: [48, "u64"],
    flags: [80, "u64"],
  },
} as const;

/** struct statx, statx(2) */
export const statx = {
  size: 256,
  fields: {
    links: [16, "u32"],
    uid: [20, "u32"],
    gid: [24, "u32"],
    mode: [28, "u16"],
    inode: [32, "u64"],
    size: [40, "u64"],
    modifiedSeconds: [112, "u64"],
    modifiedNanoseconds: [120, "u32"],
    rdevMajor: [128, "u32"],
    rdevMinor: [132, "u32"],
    deviceMajor: [136, "u32"],
    deviceMinor: [140, "u32"],
  },
} as const;

/** struct linux_dirent64, getdents64(2); the name follows. */
export const directoryEntry = {
  size: 19,
  fields: {
    inode: [0, "u64"],
    length: [16, "u16"],
    kind: [18, "u8"],
  },
} as const;

/** struct timespec */
export const timespec = {
  size: 16,
  fields: { seconds: [0, "u64"], nanoseconds: [8, "u64"] },
} as const;

/** struct sockaddr_nl, netlink(7) */
export const netlinkAddress = {
  size: 12,
  fields: {
    family: [0, "u16"],
    pid: [4, "u32"],
    groups: [8, "u32"],
  },
} as const;

/** siginfo_t, as waitid(2) fills it. */
export const childInfo = {
  size: 128,
  fields: {
    code: [8, "i32"],
    pid: [16, "i32"],
    status: [24, "i32"],
  },
} as const;

/** struct rlimit, prlimit(2) */
export const resourceLimit = { size: 16, fields: { soft: [0, "u64"], hard: [8, "u64"] } } as const;

/** struct sigaction, sigaction(2) */
export const signalAction = {
  size: 152,
  fields: { handler: [0, "u64"], flags: [136, "u32"] },
} as const;

/** sigset_t */
export const signalSet = { size: 128, fields: { signals: [0, "u64"] } } as const;

/** posix_spawnattr_t of the GNU C library. */
export const spawnAttributes = { size: 336, fields: {} } as const;

/** posix_spawn_file_actions_t of the GNU C library. */
export const spawnFileActions = { size: 80, fields: {} } as const;

/** struct termios of the kernel, ioctl_tty(2) */
export const termios = { size: 36, fields: { localFlags: [12, "u32"] } } as const;

/** struct winsize, ioctl_tty(2) */
export const windowSize = { size: 8, fields: { rows: [0, "u16"], columns: [2, "u16"] } } as const;

/** struct loop_config, loop(4); `flags` is of the loop_info64 within it. */
export const loopConfig = {
  size: 304,
  fields: {
    descriptor: [0, "u32"],
    offset: [32, "u64"],
    flags: [60, "u32"],
  },
} as const;

/** Where loop_config holds the name of the file: LO_NAME_SIZE bytes. */
export const loopFileName = 64;

/** struct btrfs_ioctl_vol_args: a descriptor, and a path at byte 8. */
export const btrfsArguments = { size: 4096, fields: { descriptor: [0, "u64"] } } as const;

/** struct ifreq, netdevice(7): the interface's name, then what is asked about. */
export const interfaceRequest = {
  size: 40,
  fields: { flags: [16, "u16"], family: [16, "u16"] },
} as const;

/** struct rtentry, `<linux/route.h>`; three socket addresses begin at 8, 24 and 40. */
export const routeEntry = {
  size: 120,
  fields: {
    flags: [56, "u16"],
    device: [88, "u64"],
  },
} as const;
