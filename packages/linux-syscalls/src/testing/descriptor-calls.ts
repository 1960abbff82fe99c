import { FileKind } from "../constants.ts";
import type { Descriptors, FileStatus } from "../linux.ts";
import { listDirectory, statusOf } from "./file-status.ts";
import { removeDirectory, unlink } from "./remove-names.ts";
import { isDirectory } from "./inode.ts";
import { type Kernel, secondsOf, walkerOf } from "./kernel.ts";
import { fail } from "./kernel-fault.ts";
import type { Place } from "./mount-tree.ts";
import { openPlace } from "./open-place.ts";
import { readAt, writeWhole } from "./file-content.ts";
import type { OpenFile } from "./open-file.ts";
import { walk, walkToLast } from "./path-walk.ts";
import { makeInode } from "./super-block.ts";

/** The calls of {@link Descriptors}. */
export function descriptorCalls(kernel: Kernel): Descriptors {
  const { process } = kernel;
  return {
    open: (path, options = {}) => hold(kernel, openPlace(kernel, process.directory, path, options)),
    openAt: (directory, name, options = {}) =>
      hold(kernel, openPlace(kernel, startOf(kernel, directory, name), name, options)),
    close: (descriptor) => {
      if (!process.descriptors.delete(descriptor)) fail("EBADF");
    },
    read: (descriptor, buffer, offset) => {
      const file = fileOf(kernel, descriptor);
      const bytes = readAt(kernel, file, Number(offset ?? file.position), buffer.length);
      buffer.set(bytes);
      if (offset === undefined) file.position += bytes.length;
      return bytes.length;
    },
    write: (descriptor, content) => writeWhole(kernel, fileOf(kernel, descriptor), content),
    dup2: (descriptor, as) => {
      if (as < 0) fail("EBADF");
      process.descriptors.set(as, fileOf(kernel, descriptor));
    },
    fstat: (descriptor) => {
      const file = fileOf(kernel, descriptor);
      return file.place === undefined ? memoryStatus(file) : statusOf(file.place);
    },
    statAt: (directory, name) =>
      statusOf(walk(walkerOf(kernel, startOf(kernel, directory, name)), name, false)),
    readDirectoryAt: (directory) => {
      // Each reading begins at the start, for which the descriptor is set back first.
      if (!process.descriptors.has(directory)) fail("EBADF", "lseek");
      return listDirectory(placeOf(kernel, directory).dentry);
    },
    unlinkAt: (directory, name, kind = "file") => {
      const last = walkToLast(walkerOf(kernel, startOf(kernel, directory, name)), name);
      if (kind === "directory") removeDirectory(kernel, last);
      else unlink(kernel, last);
    },
    fchdir: (descriptor) => {
      process.directory = placeOf(kernel, descriptor);
    },
    createMemoryFile: (name, content = new Uint8Array()) => {
      const file = memoryFile(kernel, name);
      writeWhole(kernel, file, content);
      file.position = 0;
      return hold(kernel, file);
    },
  };
}

/** Gives an open file the lowest free number. */
function hold({ process }: Kernel, file: OpenFile): number {
  let descriptor = 0;
  while (process.descriptors.has(descriptor)) descriptor += 1;
  process.descriptors.set(descriptor, file);
  return descriptor;
}

/** The open file behind a number; EBADF when there is none. */
export function fileOf({ process }: Kernel, descriptor: number): OpenFile {
  return process.descriptors.get(descriptor) ?? fail("EBADF");
}

/** The directory that a descriptor has open. */
function placeOf(kernel: Kernel, descriptor: number): Place {
  const { place, inode } = fileOf(kernel, descriptor);
  return place !== undefined && isDirectory(inode) ? place : fail("ENOTDIR");
}

/** Where a name given beside a descriptor begins; an absolute one does not care. */
function startOf(kernel: Kernel, descriptor: number, name: string): Place {
  return name.startsWith("/") ? kernel.process.root : placeOf(kernel, descriptor);
}

function memoryFile(kernel: Kernel, name: string): OpenFile {
  const owner = { made: 0, seconds: () => secondsOf(kernel) };
  const inode = makeInode(owner, FileKind.Regular | 0o777);
  const path = `memfd:${name}`;
  return {
    place: undefined,
    inode,
    path,
    reads: true,
    writes: true,
    append: false,
    nonBlock: false,
    position: 0,
  };
}

function memoryStatus({ inode }: OpenFile): FileStatus {
  const { number, mode, links, uid, gid, rdev, modified, content } = inode;
  const size = BigInt(content.length);
  return { device: 1n, inode: number, mode, links, uid, gid, rdev, size, modified };
}
