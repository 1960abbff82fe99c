import { FileKind, type Linux, MountFlag, errorCode } from "@earlyboot/linux-syscalls";
import { resolveInRoot } from "@earlyboot/mount-spec";
import { makeDirectory } from "./make-directory.ts";
import type { VolatileConfiguration } from "./boot-configuration.ts";
import { BootFailure, messageOf } from "./boot-failure.ts";
import { isMounted } from "./is-mounted.ts";
import { type MountAttempt, type MountedRoot, mountRoot } from "./mount-root.ts";
import { mountUnion } from "./mount-union.ts";

/** What {@link prepareRoot} is asked for. */
export interface RootRequest {
  /** The ways to mount the root, in order; see {@link mountAttempts}. */
  readonly attempts: readonly MountAttempt[];
  /** Where; the boot uses `/root`. */
  readonly target: string;
  /** An image file on that file system, which is the root itself. */
  readonly loop?: {
    /** Its path on that file system. */
    readonly file: string;
    /** Says how to mount the loop device. */
    readonly attemptsFor: (device: string) => Promise<readonly MountAttempt[]>;
  };
  /** Keep every change in memory only. */
  readonly volatile?: VolatileConfiguration;
  /** Called before a type is mounted, to load its modules. */
  readonly prepareType: (type: string) => Promise<void>;
}

/** What {@link prepareRoot} did. */
export interface PreparedRoot {
  /** Everything that was mounted, in order. */
  readonly mounts: readonly (MountAttempt & { readonly target: string })[];
  readonly warnings: readonly string[];
  /** The process of a FUSE union, which has to live on. */
  readonly survivor?: number;
}

/** The part of Linux that preparing a root needs. */
export type RootLinux = Pick<
  Linux,
  | "mount"
  | "mkdir"
  | "stat"
  | "lstat"
  | "readLink"
  | "symlink"
  | "rename"
  | "readText"
  | "writeFile"
  | "attachLoop"
  | "spawn"
  | "sleep"
  | "access"
  | "open"
  | "read"
  | "close"
>;

/** Where the file system with the image file is mounted; it moves along with `/run`. */
const loopHolder = "/run/earlyboot/loop";
/** The layers of a volatile root. */
const lower = "/real-root";
const upper = "/rw-root";

/**
 * Mounts the root file system: plainly, or from an image file by a loop device, and in any case
 * volatile where that is asked for: read-only below, and every change in a tmpfs above.
 *
 * What is mounted in its places already, by an attempt before this one, stays.
 *
 * A volatile root is never written, not even its journal is replayed: it stays byte for byte as it is.
 *
 * @throws BootFailure
 */
export async function prepareRoot(linux: RootLinux, request: RootRequest): Promise<PreparedRoot> {
  const { loop, volatile, target, prepareType } = request;
  const sealed = volatile !== undefined;
  const mounts: (MountAttempt & { readonly target: string })[] = [];
  const warnings: string[] = [];
  // What an earlier attempt has mounted stays: mounted a second time, a device would be busy.
  const mount = async (attempts: readonly MountAttempt[], at: string) => {
    if (isMounted(linux, at)) return;
    makeDirectory(linux, at);
    const ways: MountAttempt[] = [];
    for (const attempt of attempts) {
      ways.push(sealed ? await seal(linux, attempt, prepareType) : attempt);
    }
    const mounted = await mountRoot(linux, ways, at, prepareType);
    mounts.push(mounted);
    warnings.push(...readOnlyWarning(mounted));
  };
  const base = sealed ? lower : target;

  if (loop === undefined) {
    await mount(request.attempts, base);
  } else {
    await mount(request.attempts, loopHolder);
    if (!isMounted(linux, base)) {
      await mount(await loop.attemptsFor(await attach(linux, loop.file, sealed, request)), base);
    }
  }
  if (volatile === undefined) return { mounts, warnings };
  const tmpfs = writableLayer(volatile);
  makeDirectory(linux, upper);
  if (!isMounted(linux, upper)) mountWritableLayer(linux, tmpfs);
  for (const layer of ["upper", "work"]) makeDirectory(linux, `${upper}/${layer}`);
  makeDirectory(linux, target);
  const union = await mountUnion(linux, { lower, upper, target, volatile, prepareType });
  mounts.push({ ...tmpfs, target: upper }, union.mount);
  return {
    mounts,
    warnings,
    ...(union.survivor === undefined ? {} : { survivor: union.survivor }),
  };
}

function readOnlyWarning({ fellBackToReadOnly, source, target }: MountedRoot): readonly string[] {
  return fellBackToReadOnly
    ? [`${source} is read-only: it is mounted read-only on ${target} although rw was asked for`]
    : [];
}

/** What keeps each type from writing to its device when it is mounted read-only. */
const noReplay: Readonly<Record<string, string>> = {
  bcachefs: "nochanges",
  btrfs: "rescue=nologreplay",
  ext3: "noload",
  ext4: "noload",
  f2fs: "norecovery",
  nilfs2: "norecovery",
  xfs: "norecovery",
};

/** What replays its log at every mount, and has no option against that. */
const alwaysReplays: readonly string[] = ["ntfs", "ntfs3", "reiserfs"];

/** Makes of a way to mount a root one that never writes to its device. */
async function seal(
  linux: RootLinux,
  attempt: MountAttempt,
  prepareType: RootRequest["prepareType"],
): Promise<MountAttempt> {
  const { type, data, flags } = attempt;
  const options = [data, noReplay[type] ?? ""].filter((each) => each !== "");
  const sealed = { ...attempt, flags: flags | MountFlag.ReadOnly, data: options.join(",") };
  if (!alwaysReplays.includes(type)) return sealed;
  const source = await readOnlyDevice(linux, attempt, prepareType);
  const hint = `Is its log to be replayed? That would write to ${attempt.source}: boot once without earlyboot.volatile.`;
  return { ...sealed, source, hint };
}

/**
 * A loop device over a device, which lets no write through. The device's own flag (BLKROSET) would not do:
 * the kernel warns of a write, and makes it.
 */
async function readOnlyDevice(
  linux: RootLinux,
  { source, type }: MountAttempt,
  prepareType: RootRequest["prepareType"],
): Promise<string> {
  await prepareType("loop");
  try {
    return linux.attachLoop({ file: source, readOnly: true });
  } catch (error) {
    throw new BootFailure({
      operation: `make a read-only loop device of ${source} for a volatile root of type ${type}`,
      reason: messageOf(error),
      hints: [
        `The mount of a ${type} writes to its device: build the image with the module loop.`,
        "Or boot without earlyboot.volatile: changes are then kept.",
      ],
      cause: error,
    });
  }
}

function writableLayer({ size = "50%", inodes }: VolatileConfiguration): MountAttempt {
  const data = [
    "mode=0755",
    `size=${size}`,
    ...(inodes === undefined ? [] : [`nr_inodes=${inodes}`]),
  ];
  return { source: "tmpfs", type: "tmpfs", flags: 0, data: data.join(",") };
}

function mountWritableLayer(linux: Pick<Linux, "mount">, tmpfs: MountAttempt): void {
  try {
    linux.mount({ ...tmpfs, target: upper });
  } catch (error) {
    const isRefused = errorCode(error) === "EINVAL";
    throw new BootFailure({
      operation: `make the root volatile: mount a tmpfs with ${tmpfs.data}`,
      reason: messageOf(error),
      hints: isRefused
        ? ["Is its size one as tmpfs takes it? earlyboot.volatile=512m, or earlyboot.volatile=25%."]
        : [],
      cause: error,
    });
  }
}

async function attach(
  linux: RootLinux,
  file: string,
  sealed: boolean,
  { prepareType, attempts }: RootRequest,
): Promise<string> {
  await prepareType("loop");
  const readOnly = sealed || attempts.every(({ flags }) => (flags & MountFlag.ReadOnly) !== 0);
  try {
    // Its links are those of that file system: none leads into the initramfs.
    const { path } = resolveInRoot(linux, loopHolder, file);
    requireContent(linux, path);
    return linux.attachLoop({ file: path, readOnly });
  } catch (error) {
    throw loopFailure(file, error);
  }
}

/** Less than a sector, a loop device has no room for: nobody would ever find anything on it. */
const leastContent = 512n;

/** @throws Error for what is no image file, before the kernel makes an empty device of it. */
function requireContent(linux: Pick<Linux, "stat">, path: string): void {
  const { mode, size } = linux.stat(path);
  if ((mode & FileKind.Mask) !== FileKind.Regular) throw new Error("it is not a regular file");
  if (size < leastContent) throw new Error(`it holds no more than ${size} bytes`);
}

function loopFailure(file: string, error: unknown): BootFailure {
  const code = errorCode(error);
  const hints: Readonly<Record<string, string>> = {
    "": "Is it the right file? earlyboot.loop= takes an image of squashfs, erofs, ext4, …",
    ENOENT:
      "Check the path: it is one on the file system that root= names, without its mount point.",
  };
  return new BootFailure({
    operation: `use the image file ${file} as the root (earlyboot.loop=)`,
    reason: messageOf(error),
    hints: [
      hints[code ?? ""] ?? "The kernel needs loop devices: build the image with the module loop.",
    ],
    cause: error,
  });
}

/**
 * Makes `etc/mtab` of a root a link to `/proc/self/mounts` where that can be: the root is writable, has
 * `/etc`, and no link is there. A file that was there is kept beside it.
 */
export function linkMtab(linux: MtabLinux, root: string): void {
  try {
    const { path: etc, missing } = resolveInRoot(linux, root, "/etc");
    if (missing === 0) linkMtabIn(linux, etc);
  } catch {
    // An /etc that cannot be looked at is left alone.
  }
}

/** The part of Linux that {@link linkMtab} needs. */
type MtabLinux = Pick<Linux, "lstat" | "readLink" | "symlink" | "rename">;

function linkMtabIn(linux: MtabLinux, etc: string): void {
  const mtab = `${etc}/mtab`;
  try {
    linux.symlink("/proc/self/mounts", mtab);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") return;
    replaceMtab(linux, mtab);
  }
}

function replaceMtab(linux: MtabLinux, mtab: string): void {
  try {
    if ((linux.lstat(mtab).mode & FileKind.Mask) !== FileKind.Regular) return;
    linux.rename(mtab, `${mtab}.earlyboot-old`);
    linux.symlink("/proc/self/mounts", mtab);
  } catch {
    // A read-only root, or an /etc of somebody else's: programs then read the file that is there.
  }
}
