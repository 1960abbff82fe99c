/** What mount(2) is asked for. A field that is left out is NULL, or 0. */
export interface MountRequest {
  /**
   * What to mount: a device, a directory for a bind or a move, any word for a pseudo file system.
   */
  readonly source?: string | null;
  /** The mount point. */
  readonly target: string;
  /** The type of the file system: `"ext4"`. */
  readonly type?: string | null;
  /** The sum of flags of `MountFlag`. */
  readonly flags?: number;
  /** Options for the file system itself, separated by commas. */
  readonly data?: string | null;
}

/** The answer of statfs(2). Sizes are in blocks of `blockSize` bytes. */
export interface FileSystemStatus {
  /** One of `FileSystemMagic`, or another file system's magic number. */
  readonly type: number;
  readonly blockSize: number;
  readonly blocks: bigint;
  readonly blocksFree: bigint;
  readonly blocksAvailable: bigint;
  readonly files: bigint;
  readonly filesFree: bigint;
  /** The sum of flags of `StatfsFlag`. */
  readonly flags: number;
}

/** mount(2), umount2(2), pivot_root(2), chroot(2), statfs(2). */
export interface Mounts {
  /**
   * mount(2). The error's `path` is the target.
   *
   * @throws SyscallError ENOENT: no such target, or source; ENODEV: the kernel does not know the
   * type; EINVAL: wrong superblock or bad option, no mount point for a remount or a move; EBUSY: in
   * use, or mounted otherwise; EACCES: writable on a read-only device; ENOTBLK, ENXIO: no block
   * device; ELOOP: a move into itself; ENOTDIR: a directory on a file.
   */
  mount(request: MountRequest): void;
  /**
   * umount2(2), with the sum of flags of `UmountFlag`.
   *
   * @throws SyscallError EBUSY: a file is open, a directory in use, or something mounted below;
   * EINVAL: not a mount point; EAGAIN: marked as expired only now; ENOENT.
   */
  umount2(target: string, flags?: number): void;
  /**
   * pivot_root(2).
   *
   * @throws SyscallError EINVAL: no mount point, a shared parent, `putOld` not below `newRoot`, or
   * a root that cannot be replaced (the initramfs before Linux 7.0); EBUSY: on the same mount as
   * the root; ENOTDIR.
   */
  pivotRoot(newRoot: string, putOld: string): void;
  /**
   * chroot(2). The working directory stays; call `chdir("/")` next.
   *
   * @throws SyscallError ENOENT, ENOTDIR, EPERM
   */
  chroot(path: string): void;
  /**
   * statfs(2), of the mount that holds `path`.
   *
   * @throws SyscallError ENOENT, ENOTDIR, ELOOP
   */
  statfs(path: string): FileSystemStatus;
}

/** What a name in a directory is, as far as the directory itself tells. */
export type EntryKind =
  | "file"
  | "directory"
  | "link"
  | "block"
  | "character"
  | "fifo"
  | "socket"
  | "unknown";

/** One name in a directory; never `.` or `..`. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

/** The answer of stat(2). Its kind of file is `mode & FileKind.Mask`. */
export interface FileStatus {
  /** The number of the device that holds the file. */
  readonly device: bigint;
  readonly inode: bigint;
  /** Kind of file and permissions, as in inode(7). */
  readonly mode: number;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  /** The number of the device that the file is, for a device node; otherwise 0. */
  readonly rdev: bigint;
  /** In bytes. */
  readonly size: bigint;
  /** Seconds since the epoch, with a fraction. */
  readonly modified: number;
}

/** How {@link Files.writeFile} treats what is there. */
export interface WriteOptions {
  /**
   * `replace` (default) empties the file first, `append` adds, `exclusive` refuses an existing one
   * (EEXIST).
   */
  readonly how?: "replace" | "append" | "exclusive";
  /** Permissions of a file that is made, less the umask; default 0o666. */
  readonly mode?: number;
  /** Whether to make a missing file; default true. sysfs and procfs never have files made. */
  readonly create?: boolean;
}

/**
 * Files by their paths. All follow symbolic links but `lstat`, `readLink` and what removes names.
 */
export interface Files {
  /**
   * The whole content: open(2), read(2) to the end. Works for procfs and sysfs, whose files tell no
   * size.
   *
   * @throws SyscallError ENOENT, EISDIR, ENXIO: a device without a driver, EIO
   */
  readFile(path: string): Uint8Array;
  /** The whole content as UTF-8; bytes that are not become U+FFFD. Fails as `readFile`. */
  readText(path: string): string;
  /**
   * Writes in one write(2) where the kernel takes it in one, as sysfs and `/dev/kmsg` need.
   *
   * @throws SyscallError ENOENT, EEXIST: `exclusive`, EISDIR, EROFS, ENOSPC, EPERM: immutable,
   * EACCES: nothing can be made there, and whatever the driver behind a file in sysfs answers
   */
  writeFile(path: string, content: string | Uint8Array, options?: WriteOptions): void;
  /**
   * The names in a directory, sorted by code unit. getdents64(2)
   *
   * @throws SyscallError ENOENT, ENOTDIR
   */
  readDirectory(path: string): readonly DirectoryEntry[];
  /**
   * readlink(2)
   *
   * @throws SyscallError EINVAL: no link; ENOENT
   */
  readLink(path: string): string;
  /**
   * stat(2)
   *
   * @throws SyscallError ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG
   */
  stat(path: string): FileStatus;
  /** lstat(2): stat(2) of the link itself. Fails as `stat`. */
  lstat(path: string): FileStatus;
  /**
   * access(2), with a sum of `AccessMode`.
   *
   * @throws SyscallError ENOENT, EACCES, EROFS, EPERM: immutable
   */
  access(path: string, mode: number): void;
  /**
   * mkdir(2); `mode` less the umask, default 0o777.
   *
   * @throws SyscallError EEXIST, ENOENT, EROFS, ENOSPC, EPERM
   */
  mkdir(path: string, mode?: number): void;
  /**
   * mknod(2): `mode` is kind and permissions (less the umask), `device` is of `makedev`.
   *
   * @throws SyscallError EEXIST, ENOENT, EPERM, EROFS, EINVAL: no kind that a node can have
   */
  mknod(path: string, mode: number, device: bigint): void;
  /**
   * symlink(2): makes `path` a link to `target`.
   *
   * @throws SyscallError EEXIST, ENOENT, EROFS
   */
  symlink(target: string, path: string): void;
  /**
   * link(2): makes `path` another name of `existing`.
   *
   * @throws SyscallError EXDEV: another mount; EEXIST, EPERM: a directory
   */
  link(existing: string, path: string): void;
  /**
   * rename(2)
   *
   * @throws SyscallError EXDEV: another mount; EBUSY: a mount point; ENOTEMPTY, EISDIR, ENOTDIR,
   * EINVAL
   */
  rename(from: string, to: string): void;
  /**
   * unlink(2)
   *
   * @throws SyscallError ENOENT, EISDIR, EBUSY: something is mounted on it; EROFS, EPERM
   */
  unlink(path: string): void;
  /**
   * rmdir(2)
   *
   * @throws SyscallError ENOENT, ENOTDIR, ENOTEMPTY, EBUSY: something is mounted on it; EROFS
   */
  rmdir(path: string): void;
  /**
   * chmod(2); the umask does not matter.
   *
   * @throws SyscallError ENOENT, EROFS, EPERM
   */
  chmod(path: string, mode: number): void;
  /**
   * chown(2)
   *
   * @throws SyscallError ENOENT, EROFS, EPERM
   */
  chown(path: string, uid: number, gid: number): void;
  /**
   * chdir(2)
   *
   * @throws SyscallError ENOENT, ENOTDIR
   */
  chdir(path: string): void;
  /** umask(2): sets the mask, gives the one before. Never fails. */
  umask(mask: number): number;
  /**
   * Sets or clears a file's immutable flag (FS_IOC_SETFLAGS, ioctl_iflags(2)), which efivarfs puts
   * on its variables.
   *
   * @throws SyscallError ENOTTY: the file system has no such flag; ENOENT, EROFS
   */
  setImmutable(path: string, immutable: boolean): void;
}

/** How {@link Descriptors.open} opens. Close-on-exec is always set. See open(2). */
export interface OpenOptions {
  /** Default `read`. */
  readonly access?: "read" | "write" | "read-write";
  /** O_CREAT: make the file when it is missing, with `mode`. */
  readonly create?: boolean;
  /** O_EXCL: refuse an existing file. */
  readonly exclusive?: boolean;
  /** O_APPEND */
  readonly append?: boolean;
  /** O_TRUNC */
  readonly truncate?: boolean;
  /** O_DIRECTORY: refuse everything but a directory. */
  readonly directory?: boolean;
  /** O_NOFOLLOW: refuse a symbolic link (ELOOP). */
  readonly noFollow?: boolean;
  /** O_NONBLOCK */
  readonly nonBlock?: boolean;
  /** O_NOCTTY: do not make a terminal the controlling one. */
  readonly noControllingTerminal?: boolean;
  /** Permissions of a file that is made; default 0o666. */
  readonly mode?: number;
}

/** Files by descriptor: what must not be led astray by links, mounts or moves on the way. */
export interface Descriptors {
  /**
   * open(2): the lowest free descriptor.
   *
   * @throws SyscallError ENOENT, EEXIST, EISDIR, ENOTDIR, ELOOP, ENXIO: no such device, EACCES: a
   * device on a nodev mount, EROFS, EMFILE
   */
  open(path: string, options?: OpenOptions): number;
  /**
   * openat(2): `name` below the directory that `directory` has open. Fails as `open`, or with
   * EBADF.
   */
  openAt(directory: number, name: string, options?: OpenOptions): number;
  /**
   * close(2)
   *
   * @throws SyscallError EBADF
   */
  close(descriptor: number): void;
  /**
   * read(2), or pread(2) when `offset`, in bytes, is given: how many bytes came; 0 at the end.
   *
   * @throws SyscallError EAGAIN: nothing there yet, with `nonBlock`; EBADF, EISDIR, EIO
   */
  read(descriptor: number, buffer: Uint8Array, offset?: bigint): number;
  /**
   * write(2): how many bytes were taken.
   *
   * @throws SyscallError EBADF, ENOSPC, EPIPE, EIO
   */
  write(descriptor: number, content: Uint8Array): number;
  /**
   * dup2(2); the copy is not close-on-exec.
   *
   * @throws SyscallError EBADF
   */
  dup2(descriptor: number, as: number): void;
  /**
   * fstat(2)
   *
   * @throws SyscallError EBADF
   */
  fstat(descriptor: number): FileStatus;
  /**
   * fstatat(2) with AT_SYMLINK_NOFOLLOW.
   *
   * @throws SyscallError ENOENT, ENOTDIR, EBADF
   */
  statAt(directory: number, name: string): FileStatus;
  /**
   * The names in an open directory, sorted by code unit. getdents64(2)
   *
   * @throws SyscallError EBADF, ENOTDIR
   */
  readDirectoryAt(directory: number): readonly DirectoryEntry[];
  /**
   * unlinkat(2); `"directory"` removes an empty directory (AT_REMOVEDIR).
   *
   * @throws SyscallError ENOENT, EISDIR, ENOTDIR, ENOTEMPTY, EBUSY: something is mounted on it;
   * EROFS, EBADF
   */
  unlinkAt(directory: number, name: string, kind?: "file" | "directory"): void;
  /**
   * fchdir(2)
   *
   * @throws SyscallError EBADF, ENOTDIR
   */
  fchdir(descriptor: number): void;
  /**
   * memfd_create(2): an anonymous file with a content, open at its beginning, inherited by an execve that
   * keeps it.
   *
   * @throws SyscallError EMFILE, ENOMEM
   */
  createMemoryFile(name: string, content?: Uint8Array): number;
}

/** finit_module(2), init_module(2), delete_module(2). Loading runs beside everything else. */
export interface Modules {
  /**
   * finit_module(2): loads the module that `descriptor` has open; resolves when its init is done.
   *
   * @throws SyscallError EEXIST: it is there already; ENOENT: a symbol that it needs is not;
   * ENOEXEC: no module, or another kernel's; ENOKEY, EKEYREJECTED: its signature; ENODEV: no such
   * hardware; EOPNOTSUPP: the kernel does not decompress; ENOSYS: it has no modules
   */
  finitModule(descriptor: number, parameters: string, flags?: number): Promise<void>;
  /** init_module(2): loads a module from memory. Fails as `finitModule`. */
  initModule(image: Uint8Array, parameters: string): Promise<void>;
  /**
   * delete_module(2), without waiting.
   *
   * @throws SyscallError EAGAIN: in use; EBUSY: not live yet; ENOENT
   */
  deleteModule(name: string): void;
}

/** What the kernel told about a device. See `Documentation/core-api/kobject.rst`. */
export interface Uevent {
  /** `add`, `remove`, `change`, `move`, `bind`, `unbind`, `online` or `offline`. */
  readonly action: string;
  /** The path below `/sys`: `/devices/…/block/vda`. */
  readonly devpath: string;
  /** All variables of the event: `SUBSYSTEM`, `DEVNAME`, `MAJOR`, `MINOR`, `MODALIAS`, … */
  readonly properties: Readonly<Record<string, string>>;
}

/** What {@link UeventSource.next} gives. */
export interface UeventBatch {
  readonly events: readonly Uevent[];
  /** True when the kernel had to drop events: look at everything again. */
  readonly overflow: boolean;
  /** True once the source is closed: nothing comes any more. */
  readonly closed: boolean;
}

/** A subscription to the kernel's uevents; it has begun when the call that made it returns. */
export interface UeventSource {
  /** Waits for the next events. Rejects with the signal's reason when `signal` aborts. */
  next(signal?: AbortSignal): Promise<UeventBatch>;
  /** Ends the subscription; a waiting `next` resolves with `closed`. */
  close(): void;
}

/** A block device, or a file used as one, opened for reading only. */
export interface BlockDevice {
  /** In bytes. */
  readonly size: bigint;
  /** The logical block size in bytes: 512 or 4096. */
  readonly sectorSize: number;
  /**
   * pread(2) of up to `length` bytes; fewer only at the end. Does not block other work.
   *
   * @throws SyscallError EIO, ENXIO
   */
  read(offset: bigint, length: number): Promise<Uint8Array>;
  /** close(2) */
  close(): void;
}

/** What {@link Devices.attachLoop} is asked for. */
export interface LoopRequest {
  /** The path of the image file. */
  readonly file: string;
  readonly readOnly: boolean;
  /** Where in the file the device begins, in bytes; default 0. */
  readonly offset?: bigint;
}

/** uevents, block devices, loop devices, btrfs's registry of members. */
export interface Devices {
  /**
   * Subscribes to uevents (netlink(7), NETLINK_KOBJECT_UEVENT, the kernel's group).
   *
   * @throws SyscallError EPROTONOSUPPORT: the kernel has none; EMFILE
   */
  openUevents(): UeventSource;
  /**
   * Opens a block device (or a regular file) read-only, without blocking other work.
   *
   * @throws SyscallError ENOENT, ENXIO, ENOMEDIUM, ENOTBLK: neither of the two
   */
  openBlockDevice(path: string): Promise<BlockDevice>;
  /**
   * Puts a file behind a free loop device (LOOP_CONFIGURE, loop(4)) and gives its path:
   * `/dev/loop0`.
   *
   * @throws SyscallError ENOENT: no file, or no `/dev/loop-control`; EINVAL: neither a file nor a
   * block device
   */
  attachLoop(request: LoopRequest): string;
  /**
   * Frees a loop device (LOOP_CLR_FD, loop(4)); one that is mounted, when it no longer is.
   *
   * @throws SyscallError ENXIO: not in use
   */
  detachLoop(device: string): void;
  /**
   * Tells btrfs about a member (BTRFS_IOC_SCAN_DEV on `/dev/btrfs-control`).
   *
   * @throws SyscallError ENOENT, EINVAL: no btrfs on it
   */
  scanBtrfsDevice(device: string): void;
  /**
   * Whether all members of the btrfs file system on `device` are known (BTRFS_IOC_DEVICES_READY).
   */
  btrfsDevicesReady(device: string): boolean;
}

/** A route for {@link Network.addRoute}; addresses in dotted form. */
export interface RouteRequest {
  /** `0.0.0.0` with netmask `0.0.0.0` is the default route. */
  readonly destination: string;
  readonly netmask: string;
  readonly gateway?: string;
  readonly interface?: string;
}

/** IPv4 on a network interface, by the ioctls of netdevice(7). */
export interface Network {
  /**
   * A sum of `InterfaceFlag`. SIOCGIFFLAGS.
   *
   * @throws SyscallError ENODEV for a missing interface.
   */
  interfaceFlags(name: string): number;
  /**
   * SIOCSIFFLAGS, with a sum of `InterfaceFlag`.
   *
   * @throws SyscallError ENODEV
   */
  setInterfaceFlags(name: string, flags: number): void;
  /**
   * SIOCSIFADDR; the address in dotted form.
   *
   * @throws SyscallError ENODEV, EINVAL
   */
  setInterfaceAddress(name: string, address: string): void;
  /**
   * SIOCSIFNETMASK; in dotted form.
   *
   * @throws SyscallError ENODEV, EADDRNOTAVAIL: no address yet
   */
  setInterfaceNetmask(name: string, netmask: string): void;
  /**
   * SIOCADDRT
   *
   * @throws SyscallError EEXIST, ENODEV, ENETUNREACH: no way to the gateway; EINVAL
   */
  addRoute(route: RouteRequest): void;
}

/** How a process ended: with an exit status, or killed by a signal. */
export type ExitStatus =
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "signalled"; readonly signal: number };

/** A program to run; see {@link Processes.spawn}. */
export interface SpawnRequest {
  /** The path of the program; PATH is not searched. */
  readonly path: string;
  /** The arguments after the program's own name. */
  readonly arguments?: readonly string[];
  /** What the program sees as its own name (`argv[0]`); default the path. */
  readonly argv0?: string;
  /** The whole environment; nothing is inherited. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  /**
   * Where standard input, output and error go: `inherit` (the console), `null`, or, with
   * `onOutput`, output to the caller and input from `/dev/null`. Default: `inherit`, or the caller
   * with `onOutput`.
   */
  readonly streams?: "inherit" | "null";
  /** Receives what the program writes to standard output and standard error, as it comes. */
  readonly onOutput?: (chunk: Uint8Array, stream: "stdout" | "stderr") => void;
  /** Receives what the program writes to descriptor 3, as it comes (e2fsck's `-C 3`). */
  readonly onProgress?: (chunk: Uint8Array) => void;
  /** Begin a session of its own (setsid(2)), as a program that outlives the boot wants. */
  readonly newSession?: boolean;
}

/** A running program. */
export interface ChildProcess {
  readonly pid: number;
  /**
   * Settles when the program has ended and all its output has come. A process that it left behind may keep
   * its output open: then it settles once nothing has come for 2 s. Never rejects.
   */
  readonly exited: Promise<ExitStatus>;
  /** kill(2); nothing happens when it has already ended. */
  kill(signal: number): void;
}

/** What {@link Processes.execve} leaves to the next program. */
export interface ExecOptions {
  /** Descriptors besides 0, 1 and 2 that stay open. */
  readonly keep?: readonly number[];
  /**
   * Descriptors that the kernel closes by itself, soon after the program has begun, where it has io_uring(7): a large
   * file that was deleted is freed then, and the program does not wait for it. Elsewhere they are closed as others are.
   */
  readonly closeLater?: readonly number[];
  /**
   * The soft and hard limit of open files (RLIMIT_NOFILE) to set; a JavaScript host raises the soft
   * one.
   */
  readonly openFiles?: { readonly soft: number; readonly hard: number };
}

/** The attributes of a terminal that a boot program changes; see termios(3). */
export interface TerminalMode {
  /** ECHO */
  readonly echo: boolean;
  /** ICANON: input comes by lines. */
  readonly lines: boolean;
  /** ISIG: Ctrl-C and its kin send signals. */
  readonly signals: boolean;
}

/** Programs, signals, sessions, terminals, and the end of the machine. */
export interface Processes {
  /** getpid(2): 1 for the program that the kernel started. */
  getpid(): number;
  /**
   * Starts a program; resolves when it runs.
   *
   * @throws SyscallError ENOENT, EACCES, ENOEXEC, …
   */
  spawn(request: SpawnRequest): Promise<ChildProcess>;
  /**
   * execve(2): becomes the program. Descriptors other than 0, 1, 2 and `keep` are closed, every
   * signal has its default action, none is blocked. Returns only by throwing, and then everything
   * works as before.
   */
  execve(
    path: string,
    argv: readonly string[],
    environment: Readonly<Record<string, string>>,
    options?: ExecOptions,
  ): never;
  /**
   * kill(2); `signal` 0 only asks whether the process is there.
   *
   * @throws SyscallError ESRCH, EINVAL
   */
  kill(pid: number, signal: number): void;
  /** sync(2): writes everything to the disks. Never fails. */
  sync(): void;
  /**
   * reboot(2), with one of `RebootCommand`. Call `sync` first.
   *
   * @throws SyscallError EPERM, EINVAL
   */
  reboot(command: number): void;
  /**
   * setsid(2): the number of the new session.
   *
   * @throws SyscallError EPERM: it leads one, or a process group
   */
  setsid(): number;
  /**
   * Makes a terminal the controlling one of this session (TIOCSCTTY).
   *
   * @throws SyscallError EPERM, ENOTTY
   */
  setControllingTerminal(descriptor: number): void;
  /**
   * Gives up the controlling terminal (TIOCNOTTY).
   *
   * @throws SyscallError ENOTTY: it is not that
   */
  dropControllingTerminal(descriptor: number): void;
  /**
   * TCGETS
   *
   * @throws SyscallError ENOTTY when it is none.
   */
  terminalMode(descriptor: number): TerminalMode;
  /** TCSETS; a field that is left out stays. Fails as `terminalMode`. */
  setTerminalMode(descriptor: number, mode: Partial<TerminalMode>): void;
  /** Columns and rows (TIOCGWINSZ); zeros where the terminal does not know, as on a serial line. */
  terminalSize(descriptor: number): { readonly columns: number; readonly rows: number };
  /**
   * How many bytes a terminal has still to send (TIOCOUTQ): a machine that is switched off now would
   * lose them.
   *
   * @throws SyscallError ENOTTY when it is none.
   */
  pendingOutput(descriptor: number): number;
  /**
   * Reaps children that this process did not start by `spawn`, from now on, never taking the exits
   * of those that it did. Gives a function that stops it.
   */
  reapOrphans(onReaped?: (pid: number, status: ExitStatus) => void): () => void;
  /**
   * Calls `handler` whenever the signal comes, instead of its default (sigaction(2)). Gives a
   * function that stops it.
   *
   * @throws SyscallError EINVAL: SIGKILL, SIGSTOP, or no signal
   */
  onSignal(signal: number, handler: () => void): () => void;
}

/** Time. */
export interface Time {
  /**
   * Milliseconds since the machine started (CLOCK_BOOTTIME), with a fraction. Never goes back, and
   * stands still while the machine sleeps after the first call.
   */
  now(): number;
  /** Milliseconds since the epoch. May jump. */
  realTime(): number;
  /** Waits. Rejects with the signal's reason when `signal` aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Everything that earlyboot does to a machine. A function asks for the narrowest part that it
 * needs: `Pick<Linux, "mount" | "mkdir">`.
 *
 * Every method throws, or rejects with, a `SyscallError` that carries what the kernel answered.
 */
export interface Linux
  extends Mounts, Files, Descriptors, Modules, Devices, Network, Processes, Time {}
