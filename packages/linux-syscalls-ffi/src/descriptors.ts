import { type Descriptors, type OpenOptions, SyscallError } from "@earlyboot/linux-syscalls";
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from "node:fs";

import { big, bytes, descriptor, fields, flag, integer, path, text, word } from "./arguments.ts";
import { C } from "./c-constants.ts";
import { directoryPaths } from "./directory-path.ts";
import { fileStatusAt, statusOf } from "./file-status.ts";
import { isOpen } from "./is-open.ts";
import type { Kernel } from "./kernel.ts";
import { nodeCall } from "./node-call.ts";
import { readEntries, readOpenEntries } from "./read-directory.ts";

/** read(2), openat(2), unlinkat(2) and their kin, by descriptor. */
export function descriptorCalls(kernel: Kernel): Descriptors {
  const own = ownDescriptors(kernel);
  const directories = directoryPaths(kernel);

  /** A path by which Node reaches `name` below an open directory; `undefined` where it has none. */
  function pathBelow(directory: number, name: string): string | undefined {
    if (name === "" || name.startsWith("/") || name.length > longestName) return undefined;
    const above = directories.of(directory);
    return above === undefined ? undefined : `${above}/${name}`;
  }

  return {
    open(file, options) {
      const where = path("open", "path", file);
      const { flags, mode } = openFlags("open", options);
      return own.add(nodeCall("open", { path: where }, () => openSync(where, flags, mode)));
    },
    openAt(directory, name, options) {
      const base = descriptor("openat", "directory", directory);
      const where = path("openat", "name", name);
      const { flags, mode } = openFlags("openat", options);
      const whole = pathBelow(base, where);
      const open =
        whole === undefined
          ? kernel.call("openat", [base, where, flags, mode], { path: where })
          : nodeCall("openat", { path: where }, () => openSync(whole, flags, mode));
      directories.forget(open);
      return own.add(open);
    },
    close(open) {
      const number = own.check("close", open);
      if (number <= lastStream) sealStream(kernel, number);
      else nodeCall("close", {}, () => closeSync(number));
      own.delete(number);
      directories.forget(number);
    },
    read(open, buffer, offset) {
      const number = own.check("read", open);
      const room = bytes("read", "buffer", buffer);
      const position = offset === undefined ? null : big("read", "offset", offset, 2n ** 63n - 1n);
      const count = Math.min(room.length, mostAtOnce);
      return nodeCall("read", {}, () => readSync(number, room, 0, count, position));
    },
    write(open, content) {
      const number = own.check("write", open);
      const data = bytes("write", "content", content);
      const count = Math.min(data.length, mostAtOnce);
      return nodeCall("write", {}, () => writeSync(number, data, 0, count, null));
    },
    dup2(open, as) {
      const from = own.check("dup2", open);
      const to = own.checkTarget("dup2", as);
      kernel.call("dup2", [from, to]);
      own.add(to);
      directories.forget(to);
    },
    fstat(open) {
      const number = descriptor("fstat", "descriptor", open);
      return statusOf(nodeCall("fstat", {}, () => fstatSync(number, { bigint: true })));
    },
    statAt(directory, name) {
      const base = descriptor("fstatat", "directory", directory);
      const where = path("fstatat", "name", name);
      return fileStatusAt(kernel, base, where, { as: "fstatat", path: where });
    },
    readDirectoryAt(directory) {
      const number = descriptor("getdents64", "directory", directory);
      const whole = directories.of(number);
      return whole === undefined
        ? readEntries(kernel, number, {})
        : readOpenEntries(kernel, number, whole);
    },
    unlinkAt(directory, name, kind = "file") {
      const base = descriptor("unlinkat", "directory", directory);
      const where = path("unlinkat", "name", name);
      const what = word("unlinkat", "kind", kind, ["file", "directory"]);
      const whole = pathBelow(base, where);
      if (whole === undefined) {
        const flags = what === "directory" ? C.AT_REMOVEDIR : 0;
        kernel.call("unlinkat", [base, where, flags], { path: where });
        return;
      }
      const remove = what === "directory" ? rmdirSync : unlinkSync;
      nodeCall("unlinkat", { path: where }, () => remove(whole));
    },
    fchdir(open) {
      kernel.call("fchdir", [descriptor("fchdir", "descriptor", open)]);
      // Node keeps the name of the working directory; any chdir of its own makes it forget.
      nodeCall("chdir", {}, () => process.chdir("."));
    },
    createMemoryFile(name, content = new Uint8Array()) {
      const label = text("memfd_create", "name", name, 4096);
      const data = bytes("memfd_create", "content", content);
      const number = own.add(kernel.call("memfd_create", [label, C.MFD_CLOEXEC]));
      for (let written = 0; written < data.length;) {
        const count = Math.min(data.length - written, mostAtOnce);
        // At a place of its own, which leaves that of the descriptor at the beginning.
        written += nodeCall("pwrite", {}, () => writeSync(number, data, written, count, written));
      }
      return number;
    },
  };
}

/** In UTF-16 units: with what stands before it, a longer one could be too long for a path. */
const longestName = 1000;

/** The number of the standard error. */
const lastStream = 2;

/**
 * Closes a standard stream, and puts something in its place that cannot be read or written (O_PATH):
 * Node would use the free number for a descriptor of its own, and abort when it closes that.
 */
function sealStream(kernel: Kernel, stream: number): void {
  const where = "/";
  const seal = nodeCall("open", { path: where }, () => openSync(where, C.O_PATH));
  try {
    kernel.call("dup2", [seal, stream], { as: "close" });
    kernel.call("fcntl", [stream, C.F_SETFD, C.FD_CLOEXEC], { as: "close" });
  } finally {
    closeSync(seal);
  }
}

/** What the kernel transfers in one call at most. */
const mostAtOnce = 0x7ffff000;

/** The flags and the mode of open(2). */
function openFlags(
  call: string,
  options: OpenOptions = {},
): { readonly flags: number; readonly mode: number } {
  const given = fields(call, "options", options);
  const { mode, access } = given;
  const way = word(call, "access", access ?? "read", ["read", "write", "read-write"]);
  const { O_RDONLY, O_WRONLY, O_RDWR } = constants;
  let flags = { read: O_RDONLY, write: O_WRONLY, "read-write": O_RDWR }[way] | C.O_CLOEXEC;
  for (const [name, bit] of openBits) if (flag(call, name, given[name], false)) flags |= bit;
  return { flags, mode: integer(call, "mode", mode ?? 0o666, 0, 0o7777) };
}

/** The options of open(2) that are one bit each; some differ by architecture. */
const openBits = [
  ["create", constants.O_CREAT],
  ["exclusive", constants.O_EXCL],
  ["append", constants.O_APPEND],
  ["truncate", constants.O_TRUNC],
  ["directory", constants.O_DIRECTORY],
  ["noFollow", constants.O_NOFOLLOW],
  ["nonBlock", constants.O_NONBLOCK],
  ["noControllingTerminal", constants.O_NOCTTY],
] as const;

/** The descriptors that may be read, written, closed and replaced. */
interface OwnDescriptors {
  add(open: number): number;
  delete(open: number): void;
  /** Gives `value` back if it may be used. */
  check(call: string, value: unknown): number;
  /** Gives `value` back if another may take its place: also when nothing is open there. */
  checkTarget(call: string, value: unknown): number;
}

/**
 * The standard streams, what was opened here, and what the process was started with. All others
 * are Node's own, all of them close-on-exec: without its event queue, or with foreign bytes in its
 * pipes, Node aborts. They are answered with EBADF.
 */
function ownDescriptors(kernel: Kernel): OwnDescriptors {
  const own = new Set([0, 1, 2]);

  function isNodes(call: string, open: number): boolean {
    return (kernel.call("fcntl", [open, C.F_GETFD, 0], { as: call }) & C.FD_CLOEXEC) !== 0;
  }

  return {
    add(open) {
      own.add(open);
      return open;
    },
    delete: (open) => void own.delete(open),
    check(call, value) {
      const open = descriptor(call, "descriptor", value);
      if (own.has(open) || !isNodes(call, open)) return open;
      throw new SyscallError({ error: "EBADF", syscall: call });
    },
    checkTarget(call, value) {
      const open = descriptor(call, "as", value);
      const isFree = open <= lastStream || own.has(open) || !isOpen(kernel, open);
      if (isFree || !isNodes(call, open)) return open;
      throw new SyscallError({ error: "EBADF", syscall: call });
    },
  };
}
