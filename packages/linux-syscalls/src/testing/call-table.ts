import { formatDeviceNumber } from "../device-number.ts";
import type { BlockDevice, Linux } from "../linux.ts";
import { type CallRow, between, onDescriptor, onPath, plain } from "./call-row.ts";
import { hex, octal, quoteContent, quoteWord } from "./call-words.ts";
import { kindName } from "./inode.ts";
import {
  execErrors,
  interfaceErrors,
  makeErrors,
  moduleErrors,
  openErrors,
  pathErrors,
  readErrors,
  terminalErrors,
  writeErrors,
} from "./manual-errors.ts";

/** What can be called: the methods of `Linux`, and the reads of a `BlockDevice` that it opened. */
export interface Calls extends Linux {
  readBlockDevice(
    path: string,
    device: BlockDevice,
    offset: bigint,
    length: number,
  ): Promise<Uint8Array>;
}

/** The name of a method of `Linux`, or `readBlockDevice`. */
export type CallName = keyof Calls;

type Arguments<N extends CallName> = Calls[N] extends (...args: infer A) => unknown ? A : never;

type CallTable = { readonly [N in CallName]: CallRow<Arguments<N>> };

/** Every method of `Linux`: how it is written down, and how it can fail. */
export const callTable: CallTable = {
  mount: {
    syscall: "mount",
    changes: true,
    words: (_, { source, target, type, flags = 0, data }) => [
      quoteWord(source ?? "-"),
      quoteWord(target),
      quoteWord(type ?? "-"),
      String(flags),
      ...(data === undefined || data === null ? [] : [quoteWord(data)]),
    ],
    objects: ({ target }) => [target],
    errors: [
      ...pathErrors,
      "EBUSY",
      "EINVAL",
      "ENODEV",
      "ENOTBLK",
      "ENXIO",
      "EPERM",
      "EROFS",
      "EUCLEAN",
    ],
  },
  umount2: onPath(
    "umount2",
    true,
    ["EAGAIN", "EBUSY", "EINVAL", "ENAMETOOLONG", "ENOENT", "ENOMEM", "EPERM"],
    (target, flags = 0) => [quoteWord(target), String(flags)],
  ),
  pivotRoot: between("pivot_root", ["EBUSY", "EINVAL", "ENOENT", "ENOTDIR", "EPERM"]),
  chroot: onPath("chroot", true, [...pathErrors, "EPERM"]),
  statfs: onPath("statfs", false, [...pathErrors, "EINTR", "ENOSYS", "EOVERFLOW"]),

  readFile: { ...onPath("open", false, [...openErrors, ...readErrors]), label: "read" },
  readText: { ...onPath("open", false, [...openErrors, ...readErrors]), label: "read" },
  writeFile: {
    ...onPath("open", true, [...openErrors, ...writeErrors]),
    label: "write",
    words: (_, path, content, { how, mode, create } = {}) => [
      quoteWord(path),
      quoteContent(content),
      ...(how === undefined || how === "replace" ? [] : [how]),
      ...(mode === undefined ? [] : [octal(mode)]),
      ...(create === false ? ["existing"] : []),
    ],
  },
  readDirectory: { ...onPath("open", false, pathErrors), label: "getdents64" },
  readLink: onPath("readlink", false, [...pathErrors, "EINVAL"]),
  stat: onPath("stat", false, pathErrors),
  lstat: onPath("lstat", false, pathErrors),
  access: onPath("access", false, [...pathErrors, "EROFS"], (path, mode) => [
    quoteWord(path),
    String(mode),
  ]),
  mkdir: onPath("mkdir", true, makeErrors, (path, mode = 0o777) => [quoteWord(path), octal(mode)]),
  mknod: onPath("mknod", true, makeErrors, (path, mode, device) => [
    quoteWord(path),
    kindName(mode),
    octal(mode),
    formatDeviceNumber(device),
  ]),
  symlink: between("symlink", makeErrors),
  link: between("link", [...makeErrors, "EMLINK", "EXDEV"]),
  rename: between("rename", [...makeErrors, "EBUSY", "EINVAL", "EISDIR", "ENOTEMPTY", "EXDEV"]),
  unlink: onPath("unlink", true, [...pathErrors, "EBUSY", "EISDIR", "EPERM", "EROFS"]),
  rmdir: onPath("rmdir", true, [...pathErrors, "EBUSY", "EINVAL", "ENOTEMPTY", "EPERM", "EROFS"]),
  chmod: onPath("chmod", true, [...pathErrors, "EPERM", "EROFS"], (path, mode) => [
    quoteWord(path),
    octal(mode),
  ]),
  chown: onPath("chown", true, [...pathErrors, "EPERM", "EROFS"], (path, uid, gid) => [
    quoteWord(path),
    String(uid),
    String(gid),
  ]),
  chdir: onPath("chdir", true, pathErrors),
  umask: plain("umask", true, [], (mask) => [octal(mask)]),
  setImmutable: {
    ...onPath("open", true, ["EACCES", "ENOENT", "ENOTTY", "EPERM", "EROFS"]),
    label: "ioctl",
    words: (_, path, immutable) => [
      "FS_IOC_SETFLAGS",
      quoteWord(path),
      immutable ? "immutable" : "mutable",
    ],
  },

  open: {
    ...onPath("open", false, openErrors),
    changes: (_, options) => opensToChange(options),
    words: (_, path, options = {}) => [quoteWord(path), ...openWords(options)],
  },
  openAt: {
    syscall: "openat",
    changes: (_directory, _name, options) => opensToChange(options),
    words: (describe, directory, name, options = {}) => [
      describe(directory),
      quoteWord(name),
      ...openWords(options),
    ],
    objects: (_, name) => [name],
    errors: [...openErrors, "EBADF"],
  },
  close: onDescriptor("close", false, ["EBADF", "EINTR", "EIO"]),
  read: onDescriptor("read", false, readErrors, (_, buffer, offset) => [
    String(buffer.length),
    ...(offset === undefined ? [] : [String(offset)]),
  ]),
  write: onDescriptor("write", true, writeErrors, (_, content) => [quoteContent(content)]),
  dup2: onDescriptor("dup2", true, ["EBADF", "EBUSY", "EINTR", "EMFILE"], (_, as) => [String(as)]),
  fstat: onDescriptor("fstat", false, ["EBADF", "ENOMEM"]),
  statAt: {
    syscall: "fstatat",
    changes: false,
    words: (describe, directory, name) => [describe(directory), quoteWord(name)],
    objects: (_, name) => [name],
    errors: [...pathErrors, "EBADF"],
  },
  readDirectoryAt: onDescriptor("getdents64", false, ["EBADF", "EINVAL", "ENOENT", "ENOTDIR"]),
  unlinkAt: {
    syscall: "unlinkat",
    changes: true,
    words: (describe, directory, name, kind) => [
      describe(directory),
      quoteWord(name),
      ...(kind === "directory" ? ["directory"] : []),
    ],
    objects: (_, name) => [name],
    errors: [...pathErrors, "EBADF", "EBUSY", "EISDIR", "ENOTEMPTY", "EPERM", "EROFS"],
  },
  fchdir: onDescriptor("fchdir", true, ["EACCES", "EBADF", "ENOTDIR"]),
  createMemoryFile: plain(
    "memfd_create",
    true,
    ["EINVAL", "EMFILE", "ENFILE", "ENOMEM"],
    (name) => [quoteWord(name)],
  ),

  finitModule: onDescriptor(
    "finit_module",
    true,
    [...moduleErrors, "EBADF", "EFBIG", "EOPNOTSUPP", "ETXTBSY"],
    (_, parameters, flags = 0) => [JSON.stringify(parameters), String(flags)],
  ),
  initModule: plain("init_module", true, moduleErrors, (image, parameters) => [
    `<${image.length} bytes>`,
    JSON.stringify(parameters),
  ]),
  deleteModule: onPath("delete_module", true, ["EAGAIN", "EBUSY", "ENOENT", "EPERM"]),

  openUevents: plain("socket", false, ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EPROTONOSUPPORT"]),
  openBlockDevice: onPath("open", false, [...pathErrors, "EBUSY", "EMFILE", "ENOMEDIUM", "ENXIO"]),
  readBlockDevice: {
    ...onPath("pread", false, ["EIO", "ENXIO"]),
    words: (_, path, _device, offset, length) => [quoteWord(path), String(offset), String(length)],
  },
  attachLoop: {
    syscall: "ioctl",
    changes: true,
    words: (_, { file, readOnly, offset = 0n }) => [
      "LOOP_CONFIGURE",
      quoteWord(file),
      readOnly ? "ro" : "rw",
      String(offset),
    ],
    objects: ({ file }) => [file],
    errors: [...pathErrors, "EBUSY", "EINVAL", "ENXIO", "EROFS"],
  },
  detachLoop: {
    ...onPath("ioctl", true, ["EBUSY", "EINVAL", "ENOENT", "ENXIO"]),
    words: (_, device) => ["LOOP_CLR_FD", quoteWord(device)],
  },
  scanBtrfsDevice: {
    ...onPath("ioctl", true, ["EINVAL", "EIO", "ENOENT", "ENOTTY"]),
    words: (_, device) => ["BTRFS_IOC_SCAN_DEV", quoteWord(device)],
  },
  btrfsDevicesReady: {
    ...onPath("ioctl", false, ["EINVAL", "EIO", "ENOENT", "ENOTTY"]),
    words: (_, device) => ["BTRFS_IOC_DEVICES_READY", quoteWord(device)],
  },

  interfaceFlags: {
    ...onPath("ioctl", false, interfaceErrors),
    words: (_, name) => ["SIOCGIFFLAGS", quoteWord(name)],
  },
  setInterfaceFlags: {
    ...onPath("ioctl", true, interfaceErrors),
    words: (_, name, flags) => ["SIOCSIFFLAGS", quoteWord(name), hex(flags)],
  },
  setInterfaceAddress: {
    ...onPath("ioctl", true, interfaceErrors),
    words: (_, name, address) => ["SIOCSIFADDR", quoteWord(name), quoteWord(address)],
  },
  setInterfaceNetmask: {
    ...onPath("ioctl", true, [...interfaceErrors, "EADDRNOTAVAIL"]),
    words: (_, name, netmask) => ["SIOCSIFNETMASK", quoteWord(name), quoteWord(netmask)],
  },
  addRoute: {
    syscall: "ioctl",
    changes: true,
    words: (_, { destination, netmask, gateway = "-", interface: name = "-" }) => [
      "SIOCADDRT",
      `${destination}/${netmask}`,
      gateway,
      name,
    ],
    objects: ({ interface: name }) => [name],
    errors: ["EEXIST", "EINVAL", "ENETUNREACH", "ENODEV", "EPERM"],
  },

  getpid: plain("getpid", false, []),
  spawn: {
    syscall: "execve",
    label: "spawn",
    changes: true,
    words: (_, request) => [request.path, ...(request.arguments ?? [])].map(quoteWord),
    objects: ({ path }) => [path],
    errors: execErrors,
  },
  execve: onPath("execve", true, execErrors, (path, argv) => [path, ...argv].map(quoteWord)),
  kill: plain("kill", true, ["EINVAL", "EPERM", "ESRCH"], (pid, signal) => [
    String(pid),
    String(signal),
  ]),
  sync: plain("sync", true, []),
  reboot: plain("reboot", true, ["EINVAL", "EPERM"], (command) => [hex(command)]),
  setsid: plain("setsid", true, ["EPERM"]),
  setControllingTerminal: {
    ...onDescriptor("ioctl", true, terminalErrors),
    words: (describe, descriptor) => ["TIOCSCTTY", describe(descriptor)],
  },
  dropControllingTerminal: {
    ...onDescriptor("ioctl", true, terminalErrors),
    words: (describe, descriptor) => ["TIOCNOTTY", describe(descriptor)],
  },
  terminalMode: {
    ...onDescriptor("ioctl", false, terminalErrors),
    words: (describe, descriptor) => ["TCGETS", describe(descriptor)],
  },
  setTerminalMode: {
    ...onDescriptor("ioctl", true, terminalErrors),
    words: (describe, descriptor, mode) => [
      "TCSETS",
      describe(descriptor),
      ...Object.entries(mode).map(([name, on]) => `${on ? "" : "-"}${name}`),
    ],
  },
  terminalSize: {
    ...onDescriptor("ioctl", false, terminalErrors),
    words: (describe, descriptor) => ["TIOCGWINSZ", describe(descriptor)],
  },
  pendingOutput: {
    ...onDescriptor("ioctl", false, terminalErrors),
    words: (describe, descriptor) => ["TIOCOUTQ", describe(descriptor)],
  },
  reapOrphans: plain("waitid", false, []),
  onSignal: plain("rt_sigaction", false, ["EINVAL"], (signal) => [String(signal)]),

  now: plain("clock_gettime", false, []),
  realTime: plain("clock_gettime", false, []),
  sleep: {
    ...plain("clock_nanosleep", false, []),
    label: "sleep",
    words: (_, milliseconds) => [String(milliseconds)],
  },
};

function opensToChange({ access = "read", create, truncate }: OpenWordOptions = {}): boolean {
  return access !== "read" || create === true || truncate === true;
}

type OpenWordOptions = NonNullable<Arguments<"open">[1]>;

/** What {@link OpenWordOptions} ask for, besides reading, in the order of their names here. */
function openWords(options: OpenWordOptions): readonly string[] {
  const { access = "read", mode } = options;
  const switches = (
    [
      "create",
      "exclusive",
      "append",
      "truncate",
      "directory",
      "noFollow",
      "nonBlock",
      "noControllingTerminal",
    ] as const
  ).filter((name) => options[name] === true);
  return [access, ...switches, ...(mode === undefined ? [] : [octal(mode)])];
}

/**
 * The errors that a method's manual page lists, as far as a boot can meet them. Empty for what never
 * fails.
 */
export function manualErrors(call: CallName): readonly string[] {
  return [...new Set(callTable[call].errors)];
}
