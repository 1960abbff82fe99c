/** What mount(2) is asked for. A field that is left out is NULL, or 0. */
export interface MountRequest {
  /** What to mount: a device, a directory for a bind or a move, any word for a pseudo file system. */
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
   * @throws SyscallError what the kernel answered.
   */
  mount(request: MountRequest): void;
  /** umount2(2), with the sum of flags of `UmountFlag`. */
  umount2(target: string, flags?: number): void;
  /** pivot_root(2). EINVAL where the root cannot be replaced: the initramfs before Linux 7.0. */
  pivotRoot(newRoot: string, putOld: string): void;
  /** chroot(2). The working directory stays; call `chdir("/")` next. */
  chroot(path: string): void;
  /** statfs(2). */
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
  /** `replace` (default) empties the file first, `append` adds, `exclusive` refuses an existing one (EEXIST). */
  readonly how?: "replace" | "append" | "exclusive";
  /** Permissions of a file that is made, less the umask; default 0o666. */
  readonly mode?: number;
  /** Whether to make a missing file; default true. sysfs and procfs never have files made. */
  readonly create?: boolean;
}

/** Files by their paths. All follow symbolic links but `lstat`, `readLink` and what removes names. */
export interface Files {
  /** The whole content. Works for procfs and sysfs, whose files tell no size. */
  readFile(path: string): Uint8Array;
  /** The whole content as UTF-8; bytes that are not become U+FFFD. */
  readText(path: string): string;
  /** Writes in one write(2) where the kernel takes it in one, as sysfs and `/dev/kmsg` need. */
  writeFile(path: string, content: string | Uint8Array, options?: WriteOptions): void;
  /** The names in a directory, sorted by code unit. getdents64(2) */
  readDirectory(path: string): readonly DirectoryEntry[];
  /** readlink(2) */
  readLink(path: string): string;
  /** stat(2) */
  stat(path: string): FileStatus;
  /** stat(2) of the link itself. */
  lstat(path: string): FileStatus;
  /** access(2), with a sum of `AccessMode`. @throws SyscallError ENOENT, EACCES, EROFS, … */
  access(path: string, mode: number): void;
  /** mkdir(2); `mode` less the umask, default 0o777. */
  mkdir(path: string, mode?: number): void;
  /** mknod(2): `mode` is kind and permissions (less the umask), `device` is of `makedev`. */
  mknod(path: string, mode: number, device: bigint): void;
  /** symlink(2): makes `path` a link to `target`. */
  symlink(target: string, path: string): void;
  /** link(2): makes `path` another name of `existing`. */
  link(existing: string, path: string): void;
  /** rename(2) */
  rename(from: string, to: string): void;
  /** unlink(2) */
  unlink(path: string): void;
  /** rmdir(2) */
  rmdir(path: string): void;
  /** chmod(2) */
  chmod(path: string, mode: number): void;
  /** chown(2) */
  chown(path: string, uid: number, gid: number): void;
  /** chdir(2) */
  chdir(path: string): void;
  /** umask(2): sets the mask, gives the one before. */
  umask(mask: number): number;
  /** Sets or clears a file's immutable flag (FS_IOC_SETFLAGS), which efivarfs puts on its variables. */
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
  /** open(2) */
  open(path: string, options?: OpenOptions): number;
  /** openat(2): `name` below the directory that `directory` has open. */
  openAt(directory: number, name: string, options?: OpenOptions): number;
  /** close(2) */
  close(descriptor: number): void;
  /** read(2), or pread(2) when `offset` is given: how many bytes came; 0 at the end. */
  read(descriptor: number, buffer: Uint8Array, offset?: bigint): number;
  /** write(2): how many bytes were taken. */
  write(descriptor: number, content: Uint8Array): number;
  /** dup2(2); the copy is not close-on-exec. */
  dup2(descriptor: number, as: number): void;
  /** fstat(2) */
  fstat(descriptor: number): FileStatus;
  /** fstatat(2) with AT_SYMLINK_NOFOLLOW. */
  statAt(directory: number, name: string): FileStatus;
  /** The names in an open directory, sorted by code unit. */
  readDirectoryAt(directory: number): readonly DirectoryEntry[];
  /** unlinkat(2); `"directory"` removes an empty directory (AT_REMOVEDIR). */
  unlinkAt(directory: number, name: string, kind?: "file" | "directory"): void;
  /** fchdir(2) */
  fchdir(descriptor: number): void;
  /** memfd_create(2): an anonymous file, inherited by an execve that keeps it. */
  createMemoryFile(name: string): number;
}

/** finit_module(2), init_module(2), delete_module(2). Loading runs beside everything else. */
export interface Modules {
  /** finit_module(2): loads the module that `descriptor` has open; resolves when its init is done. */
  finitModule(descriptor: number, parameters: string, flags?: number): Promise<void>;
  /** init_module(2): loads a module from memory. */
  initModule(image: Uint8Array, parameters: string): Promise<void>;
  /** delete_module(2), without waiting: EAGAIN or EWOULDBLOCK while the module is in use. */
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
  /** Reads up to `length` bytes; fewer only at the end. Does not block other work. */
  read(offset: bigint, length: number): Promise<Uint8Array>;
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
  /** Subscribes to uevents (netlink(7), NETLINK_KOBJECT_UEVENT, the kernel's group). */
  openUevents(): UeventSource;
  /** Opens a block device (or a regular file) read-only, without blocking other work. */
  openBlockDevice(path: string): Promise<BlockDevice>;
  /** Puts a file behind a free loop device (LOOP_CONFIGURE) and gives its path: `/dev/loop0`. */
  attachLoop(request: LoopRequest): string;
  /** Frees a loop device (LOOP_CLR_FD). */
  detachLoop(device: string): void;
  /** Tells btrfs about a member (BTRFS_IOC_SCAN_DEV on `/dev/btrfs-control`). */
  scanBtrfsDevice(device: string): void;
  /** Whether all members of the btrfs file system on `device` are known (BTRFS_IOC_DEVICES_READY). */
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
  /** A sum of `InterfaceFlag`. SIOCGIFFLAGS. @throws SyscallError ENODEV for a missing interface. */
  interfaceFlags(name: string): number;
  /** SIOCSIFFLAGS */
  setInterfaceFlags(name: string, flags: number): void;
  /** SIOCSIFADDR; the address in dotted form. */
  setInterfaceAddress(name: string, address: string): void;
  /** SIOCSIFNETMASK */
  setInterfaceNetmask(name: string, netmask: string): void;
  /** SIOCADDRT */
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
   * Where standard input, output and error go: `inherit` (the console), `null`, or, with `onOutput`,
   * output to the caller and input from `/dev/null`. Default: `inherit`, or the caller with `onOutput`.
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
  /** Settles when the program has ended and all its output has come. Never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** kill(2); nothing happens when it has already ended. */
  kill(signal: number): void;
}

/** What {@link Processes.execve} leaves to the next program. */
export interface ExecOptions {
  /** Descriptors besides 0, 1 and 2 that stay open. */
  readonly keep?: readonly number[];
  /** The soft and hard limit of open files (RLIMIT_NOFILE) to set; a JavaScript host raises the soft one. */
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
  /** getpid(2) */
  getpid(): number;
  /** Starts a program; resolves when it runs. @throws SyscallError ENOENT, EACCES, ENOEXEC, … */
  spawn(request: SpawnRequest): Promise<ChildProcess>;
  /**
   * execve(2): becomes the program. Descriptors other than 0, 1, 2 and `keep` are closed, every signal has
   * its default action, none is blocked. Returns only by throwing, and then everything works as before.
   */
  execve(
    path: string,
    argv: readonly string[],
    environment: Readonly<Record<string, string>>,
    options?: ExecOptions,
  ): never;
  /** kill(2); `signal` 0 only asks whether the process is there. */
  kill(pid: number, signal: number): void;
  /** sync(2) */
  sync(): void;
  /** reboot(2), with one of `RebootCommand`. Call `sync` first. */
  reboot(command: number): void;
  /** setsid(2) */
  setsid(): number;
  /** Makes a terminal the controlling one of this session (TIOCSCTTY). */
  setControllingTerminal(descriptor: number): void;
  /** Gives up the controlling terminal (TIOCNOTTY). */
  dropControllingTerminal(descriptor: number): void;
  /** TCGETS @throws SyscallError ENOTTY when it is none. */
  terminalMode(descriptor: number): TerminalMode;
  /** TCSETS; a field that is left out stays. */
  setTerminalMode(descriptor: number, mode: Partial<TerminalMode>): void;
  /** Columns and rows (TIOCGWINSZ); zeros where the terminal does not know, as on a serial line. */
  terminalSize(descriptor: number): { readonly columns: number; readonly rows: number };
  /**
   * Reaps children that this process did not start by `spawn`, from now on, never taking the exits of those
   * that it did. Gives a function that stops it.
   */
  reapOrphans(onReaped?: (pid: number, status: ExitStatus) => void): () => void;
  /** Calls `handler` whenever the signal comes, instead of its default. Gives a function that stops it. */
  onSignal(signal: number, handler: () => void): () => void;
}

/** Time. */
export interface Time {
  /** Milliseconds since the machine started (CLOCK_BOOTTIME), with a fraction. Never goes back. */
  now(): number;
  /** Milliseconds since the epoch. May jump. */
  realTime(): number;
  /** Waits. Rejects with the signal's reason when `signal` aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Everything that earlyboot does to a machine. A function asks for the narrowest part that it needs:
 * `Pick<Linux, "mount" | "mkdir">`.
 *
 * Every method throws, or rejects with, a `SyscallError` that carries what the kernel answered.
 */
export interface Linux
  extends Mounts, Files, Descriptors, Modules, Devices, Network, Processes, Time {}
