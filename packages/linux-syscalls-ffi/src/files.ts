import { type Files, SyscallError, type WriteOptions } from "@earlyboot/linux-syscalls";
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";

import { big, bytes, fields, flag, integer, path, word } from "./arguments.ts";
import { C } from "./c-constants.ts";
import { statusOf } from "./file-status.ts";
import type { Kernel } from "./kernel.ts";
import { nodeCall, syscallErrorOf } from "./node-call.ts";
import { readEntriesOf } from "./read-directory.ts";
import { readToEnd, withOpenFile, writeAll } from "./whole-file.ts";

const { O_RDONLY, O_WRONLY, O_CREAT, O_TRUNC, O_APPEND, O_EXCL, O_NOCTTY } = constants;

/** open(2), stat(2), mkdir(2) and their kin, by path. */
export function fileCalls(kernel: Kernel): Files {
  return {
    readFile: (file) => new Uint8Array(readFile(file)),
    readText,
    writeFile(file, content, options) {
      const where = path("open", "path", file);
      const data = typeof content === "string" ? Buffer.from(content) : content;
      const checked = bytes("write", "content", data);
      const { flags, mode } = writeFlags(options);
      withOpenFile(where, flags, mode, (descriptor) => writeAll(descriptor, checked, where));
    },
    readDirectory: (directory) => readEntriesOf(kernel, path("open", "path", directory)),
    readLink: (file) => onPath("readlink", file, (where) => readlinkSync(where)),
    stat: (file) => statusOf(onPath("stat", file, (where) => statSync(where, { bigint: true }))),
    lstat: (file) => statusOf(onPath("lstat", file, (where) => lstatSync(where, { bigint: true }))),
    access(file, mode) {
      const asked = integer("access", "mode", mode, 0, 7);
      onPath("access", file, (where) => accessSync(where, asked));
    },
    mkdir(file, mode = 0o777) {
      const bits = permissions("mkdir", mode);
      onPath("mkdir", file, (where) => mkdirSync(where, bits));
    },
    mknod(file, mode, device) {
      const where = path("mknod", "path", file);
      const bits = integer("mknod", "mode", mode, 0, 0o177777);
      const number = big("mknod", "device", device, 0xffffffffffffffffn);
      if (number > 0xffffffffn) {
        throw new SyscallError({ error: "EINVAL", syscall: "mknod", path: where });
      }
      const args = [C.AT_FDCWD, where, bits, number] as const;
      kernel.call("mknodat", [...args], { as: "mknod", path: where });
    },
    symlink(target, file) {
      onTwo("symlink", target, file, (to, where) => symlinkSync(to, where));
    },
    link(existing, file) {
      onTwo("link", existing, file, (from, to) => linkSync(from, to));
    },
    rename(from, to) {
      onTwo("rename", from, to, (old, later) => renameSync(old, later));
    },
    unlink: (file) => onPath("unlink", file, (where) => unlinkSync(where)),
    rmdir: (file) => onPath("rmdir", file, (where) => rmdirSync(where)),
    chmod(file, mode) {
      const bits = permissions("chmod", mode);
      onPath("chmod", file, (where) => chmodSync(where, bits));
    },
    chown(file, uid, gid) {
      const user = integer("chown", "uid", uid, -1, 0xffffffff);
      const group = integer("chown", "gid", gid, -1, 0xffffffff);
      onPath("chown", file, (where) => chownSync(where, user, group));
    },
    chdir: (directory) => onPath("chdir", directory, (where) => process.chdir(where)),
    umask: (mask) => process.umask(integer("umask", "mask", mask, 0, 0o777)),
    setImmutable(file, immutable) {
      const where = path("ioctl", "path", file);
      const wanted = flag("ioctl", "immutable", immutable);
      withOpenFile(where, O_RDONLY, 0, (open) => setImmutable(kernel, open, wanted, where));
    },
  };
}

function readFile(file: string): Buffer {
  const where = path("open", "path", file);
  return withOpenFile(where, O_RDONLY, 0, (descriptor) => readToEnd(descriptor, where));
}

function readText(file: string): string {
  const where = path("open", "path", file);
  return smallFile.test(where) ? readSmall(where) : readFile(where).toString("utf8");
}

/** What the kernel writes at once: attributes of devices in sysfs(5), and what proc(5) tells of a process. */
const smallFile = /^\/(?:sys\/(?:bus|class|devices)\/|proc\/\d+\/stat$)/;

/** Node reads to the end in one call, a third of the work; so it has no limit for what does not end. */
function readSmall(where: string): string {
  try {
    return readFileSync(where, { encoding: "utf8", flag: O_RDONLY | O_NOCTTY });
  } catch (error) {
    throw syscallErrorOf(error, callOf(error), { path: where });
  }
}

/** Which of its calls failed. */
function callOf(error: unknown): string {
  const isRead = error instanceof Error && "syscall" in error && error.syscall === "read";
  return isRead ? "read" : "open";
}

/** A function of Node's that takes one path, under the name of its manual page. */
function onPath<Value>(call: string, file: unknown, run: (where: string) => Value): Value {
  const where = path(call, "path", file);
  return nodeCall(call, { path: where }, () => run(where));
}

/** A function of Node's that takes two paths, under the name of its manual page. */
function onTwo(
  call: string,
  first: unknown,
  second: unknown,
  run: (first: string, second: string) => void,
): void {
  const one = path(call, "first path", first);
  const two = path(call, "second path", second);
  nodeCall(call, { path: one, dest: two }, () => run(one, two));
}

function permissions(call: string, mode: unknown): number {
  return integer(call, "mode", mode, 0, 0o7777);
}

/** The flags and the mode of the open(2) before a write. */
function writeFlags(options: WriteOptions = {}): { readonly flags: number; readonly mode: number } {
  const { how, mode, create } = fields("open", "options", options);
  const way = word("open", "how", how ?? "replace", ["replace", "append", "exclusive"]);
  const made = flag("open", "create", create, true) || way === "exclusive" ? O_CREAT : 0;
  const added = { replace: O_TRUNC, append: O_APPEND, exclusive: O_EXCL }[way];
  return { flags: O_WRONLY | made | added, mode: permissions("open", mode ?? 0o666) };
}

function setImmutable(kernel: Kernel, open: number, immutable: boolean, file: string): void {
  const flags = new Uint32Array(2);
  const memory = new Uint8Array(flags.buffer);
  kernel.call("ioctl", [open, C.FS_IOC_GETFLAGS, memory], { path: file });
  const others = (flags[0] ?? 0) & ~C.FS_IMMUTABLE_FL;
  flags[0] = immutable ? others | C.FS_IMMUTABLE_FL : others;
  kernel.call("ioctl", [open, C.FS_IOC_SETFLAGS, memory], { path: file });
}
