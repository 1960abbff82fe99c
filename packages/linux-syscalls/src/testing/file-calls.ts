import { FileKind } from "../constants.ts";
import type { Files, WriteOptions } from "../linux.ts";
import { access } from "./access.ts";
import { listDirectory, statusOf } from "./file-status.ts";
import { isDirectory, isLink, kindOf } from "./inode.ts";
import { fail } from "./kernel-fault.ts";
import { type Kernel, walkerOf } from "./kernel.ts";
import { link, make, makeLink, makeNode } from "./make-names.ts";
import { isReadOnly } from "./mount-flags.ts";
import type { Place } from "./mount-tree.ts";
import { openPlace } from "./open-place.ts";
import { readWhole, writeWhole } from "./file-content.ts";
import { walk, walkToLast } from "./path-walk.ts";
import { removeDirectory, rename, unlink } from "./remove-names.ts";

/** The calls of {@link Files}, as `fs/namei.c` decides them. */
export function fileCalls(kernel: Kernel): Files {
  const at = (path: string, follow = true): Place => walk(walkerOf(kernel), path, follow);
  const readFile = (path: string): Uint8Array =>
    readWhole(kernel, openPlace(kernel, kernel.process.directory, path, {}));
  return {
    readFile,
    readText: (path) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(readFile(path)),
    writeFile: (path, content, options = {}) => writeFile(kernel, path, content, options),
    readDirectory: (path) => {
      const place = at(path);
      return isDirectory(place.dentry.inode) ? listDirectory(place.dentry) : fail("ENOTDIR");
    },
    readLink: (path) => {
      const { inode } = at(path, false).dentry;
      return isLink(inode) ? inode.target : fail("EINVAL");
    },
    stat: (path) => statusOf(at(path)),
    lstat: (path) => statusOf(at(path, false)),
    access: (path, mode) => access(at(path), mode),
    mkdir: (path, mode = 0o777) => make(kernel, path, FileKind.Directory | (mode & 0o1777)),
    mknod: (path, mode, device) => makeNode(kernel, path, mode, device),
    symlink: (target, path) => makeLink(kernel, target, path),
    link: (existing, path) => link(kernel, existing, path),
    rename: (from, to) => rename(kernel, from, to),
    unlink: (path) => unlink(kernel, walkToLast(walkerOf(kernel), path)),
    rmdir: (path) => removeDirectory(kernel, walkToLast(walkerOf(kernel), path)),
    chmod: (path, mode) => {
      const { inode } = changeable(at(path)).dentry;
      inode.mode = kindOf(inode) | (mode & 0o7777);
    },
    chown: (path, uid, gid) => {
      const { inode } = changeable(at(path)).dentry;
      inode.uid = uid;
      inode.gid = gid;
    },
    chdir: (path) => {
      const place = at(path);
      kernel.process.directory = isDirectory(place.dentry.inode) ? place : fail("ENOTDIR");
    },
    umask: (mask) => {
      const before = kernel.process.umask;
      kernel.process.umask = mask & 0o777;
      return before;
    },
    setImmutable: (path, immutable) => setImmutable(at(path), immutable),
  };
}

function writeFile(
  kernel: Kernel,
  path: string,
  content: string | Uint8Array,
  { how = "replace", mode = 0o666, create = true }: WriteOptions,
): void {
  const file = openPlace(kernel, kernel.process.directory, path, {
    access: "write",
    create: create || how === "exclusive",
    exclusive: how === "exclusive",
    append: how === "append",
    truncate: how === "replace",
    mode,
  });
  writeWhole(
    kernel,
    file,
    typeof content === "string" ? new TextEncoder().encode(content) : content,
  );
}

/** Refuses what lies on something read-only, or is immutable. */
function changeable(place: Place): Place {
  if (isReadOnly(place.mount)) fail("EROFS");
  if (place.dentry.inode.immutable) fail("EPERM");
  return place;
}

function setImmutable({ mount, dentry: { inode } }: Place, immutable: boolean): void {
  if (!isDirectory(inode) && kindOf(inode) !== FileKind.Regular) fail("ENOTTY", "ioctl");
  if (mount.superBlock.type.fixed !== undefined) fail("ENOTTY", "ioctl");
  if (isReadOnly(mount)) fail("EROFS", "ioctl");
  inode.immutable = immutable;
}
