import {
  errorCode,
  FileKind,
  MountFlag,
  UmountFlag,
  type Linux,
  type MountRequest,
} from "@earlyboot/linux-syscalls";
import { DeclarationError } from "./declaration-error.ts";
import { formatDeviceSpecification, nfsSource } from "./device-specification.ts";
import type { FileSystem } from "./file-system.ts";
import { components } from "./file-names.ts";
import { mountFlags } from "./flags.ts";
import { flagsOfOneMount, keptFlags } from "./kept-flags.ts";
import { lastKernelLine, type KernelLog } from "./kernel-log.ts";
import { MountError } from "./mount-error.ts";
import { mountsBelow } from "./mounts-below.ts";
import { resolveInRoot } from "./resolve-in-root.ts";

/** The part of Linux that {@link mountFileSystem} needs. */
export type MountingLinux = KernelLog &
  Pick<Linux, "lstat" | "mkdir" | "mount" | "readLink" | "readText" | "stat" | "statfs"> &
  Pick<Linux, "umount2" | "writeFile">;

/** How {@link mountFileSystem} mounts. */
export interface MountFileSystemOptions {
  /** The directory below which the mount point is; default `/root`. */
  readonly root?: string;
  /** The path of the device, found by the caller; default what the declaration says. */
  readonly source?: string;
}

/**
 * Mounts a declared file system at its mount point below `root`, and gives the path of that. A missing mount
 * point is made. Links on the way are followed as if `root` were the root already: none leads out of it.
 *
 * The source of a bind mount is a path of this process, not one below `root`. Whether to mount at all, and
 * whether a failure matters (`mount`, `mountMayFail`), is for the caller to decide.
 *
 * @throws MountError; then nothing is left mounted.
 * @throws DeclarationError for a device that has to be found first, when no `source` is given.
 */
export function mountFileSystem(
  linux: MountingLinux,
  fs: FileSystem,
  { root = "/root", source = sourceOf(fs) }: MountFileSystemOptions = {},
): string {
  const job: Job = { linux, fs, source, flags: mountFlags(fs.flags) };
  const target = prepareMountPoint(job, root);
  const isNew = mountFirst(job, target);
  try {
    if (isBind(job)) setFlagsOfBind(job, target);
    setPropagation(job, target);
  } catch (error) {
    if (isNew) linux.umount2(target, UmountFlag.Detach);
    throw error;
  }
  return target;
}

interface Job {
  readonly linux: MountingLinux;
  readonly fs: FileSystem;
  readonly source: string;
  readonly flags: number;
}

/** What mount(2) takes as the source: what the declaration says, when that needs no search. */
function sourceOf({ device, location }: FileSystem): string {
  const source = device.path ?? device.none ?? device.tag ?? (device.nfs && nfsSource(device.nfs));
  if (source !== undefined) return source;
  const expected = "a path: find the device first, and pass it as `source`";
  const value = formatDeviceSpecification(device);
  throw new DeclarationError({ field: "device", value, expected, location });
}

/** Follows the mount point, and makes what is missing of it. */
function prepareMountPoint(job: Job, root: string): string {
  const { linux, fs } = job;
  let path = `${root}/${fs.mountPoint}`;
  try {
    const resolved = resolveInRoot(linux, root, fs.mountPoint);
    path = resolved.path;
    const names = components(path);
    for (let length = names.length - resolved.missing + 1; length < names.length; length++) {
      linux.mkdir(`/${names.slice(0, length).join("/")}`, 0o755);
    }
    if (resolved.missing > 0) makeMountPoint(job, path);
    return path;
  } catch (cause) {
    throw failure(job, "make the mount point", { target: path }, cause);
  }
}

/** A file, for a bind mount of something that is no directory. */
function makeMountPoint(job: Job, path: string): void {
  const { linux, source } = job;
  const isFile = isBind(job) && (linux.stat(source).mode & FileKind.Mask) !== FileKind.Directory;
  if (isFile) linux.writeFile(path, "", { how: "exclusive", mode: 0o644 });
  else linux.mkdir(path, 0o755);
}

function isBind({ flags }: Job): boolean {
  return (flags & MountFlag.Bind) !== 0;
}

/** The first call; tells whether it mounted something. The kernel takes no other flags with a bind. */
function mountFirst(job: Job, target: string): boolean {
  const { fs, source, flags } = job;
  const remount = (flags & MountFlag.Remount) !== 0;
  if (!isBind(job)) {
    const own = flags & ~(propagation | MountFlag.Recursive);
    const request = { source, target, type: fs.type, flags: own, data: fs.options };
    attemptMount(job, remount ? "remount" : "mount", request);
  } else if (!remount) {
    attemptMount(job, "bind", {
      source,
      target,
      flags: flags & (MountFlag.Bind | MountFlag.Recursive),
    });
  }
  return !remount;
}

/** Gives a bind mount its flags, and, when it is recursive, all that came with it. */
function setFlagsOfBind(job: Job, target: string): void {
  const wanted = job.flags & flagsOfOneMount;
  if (wanted === 0) return;
  remountBind(job, target, wanted);
  if ((job.flags & MountFlag.Recursive) === 0) return;
  const search = "look for what is mounted below";
  for (const below of attempt(job, search, { target }, () => mountsBelow(job.linux, target))) {
    try {
      remountBind(job, below, wanted);
    } catch (error) {
      // Another mount lies over this one, so that nobody can reach it; or its name could not be read.
      const unreachable = ["EINVAL", "ENOENT"].includes(errorCode(error) ?? "");
      if (!unreachable || below.includes("\ufffd")) throw error;
    }
  }
}

/** A remount sets all flags anew, so that those that the mount has are given again. */
function remountBind(job: Job, target: string, wanted: number): void {
  const { linux } = job;
  const flags = MountFlag.Remount | MountFlag.Bind | wanted;
  attempt(job, "remount", { target, flags }, () => {
    linux.mount({ target, flags: flags | keptFlags(linux.statfs(target).flags, wanted) });
  });
}

/** Each change of propagation is a call of its own; a slave that is shared becomes a slave first. */
function setPropagation(job: Job, target: string): void {
  for (const kind of [MountFlag.Private, MountFlag.Unbindable, MountFlag.Slave, MountFlag.Shared]) {
    if ((job.flags & kind) === 0) continue;
    const flags = kind | (job.flags & MountFlag.Recursive);
    attemptMount(job, "change the propagation of", { target, flags });
  }
}

const propagation = MountFlag.Private | MountFlag.Unbindable | MountFlag.Slave | MountFlag.Shared;

/** Does something for a request, and says what failed. */
function attempt<Result>(
  job: Job,
  operation: string,
  request: MountRequest,
  action: () => Result,
): Result {
  try {
    return action();
  } catch (cause) {
    throw failure(job, operation, request, cause);
  }
}

function attemptMount(job: Job, operation: string, request: MountRequest): void {
  attempt(job, operation, request, () => job.linux.mount(request));
}

function failure(job: Job, operation: string, request: MountRequest, cause: unknown): MountError {
  const { linux, fs, source } = job;
  const code = errorCode(cause) ?? "";
  const asked = operation === "mount" && ["EINVAL", "EIO", "EUCLEAN"].includes(code);
  return new MountError({
    operation,
    source: request.source ?? null,
    target: request.target,
    type: request.type ?? null,
    flags: request.flags ?? 0,
    options: request.data ?? null,
    kernelLine: asked ? lastKernelLine(linux, source, fs.type) : undefined,
    location: fs.location,
    cause,
  });
}
