import { type Linux, MountFlag, errorCode } from "@earlyboot/linux-syscalls";
import { exists } from "./exists.ts";
import { makeDirectory } from "./make-directory.ts";

/** A file system that every program expects. */
interface EssentialMount {
  readonly target: string;
  readonly type: string;
  readonly flags: number;
  readonly data?: string;
  /** The kernel option without which the type is unknown. */
  readonly option: string;
}

const { NoSuid, NoDev, NoExec } = MountFlag;

/** The essential file systems, in the order in which they are mounted. */
const essentialMounts: readonly EssentialMount[] = [
  { target: "/proc", type: "proc", flags: NoSuid | NoDev | NoExec, option: "CONFIG_PROC_FS" },
  { target: "/sys", type: "sysfs", flags: NoSuid | NoDev | NoExec, option: "CONFIG_SYSFS" },
  {
    target: "/dev",
    type: "devtmpfs",
    flags: NoSuid,
    data: "mode=0755",
    option: "CONFIG_DEVTMPFS",
  },
  {
    target: "/dev/pts",
    type: "devpts",
    flags: NoSuid | NoExec,
    data: "gid=5,mode=0620,ptmxmode=000",
    option: "CONFIG_UNIX98_PTYS",
  },
  {
    target: "/dev/shm",
    type: "tmpfs",
    flags: NoSuid | NoDev,
    data: "mode=1777",
    option: "CONFIG_TMPFS",
  },
  {
    target: "/run",
    type: "tmpfs",
    flags: NoSuid | NoDev,
    data: "mode=0755",
    option: "CONFIG_TMPFS",
  },
  {
    target: "/sys/firmware/efi/efivars",
    type: "efivarfs",
    flags: NoSuid | NoDev | NoExec,
    option: "CONFIG_EFIVAR_FS",
  },
];

/** Without these nothing of the boot works. */
const indispensable = ["/proc", "/sys", "/dev"];

/** What {@link mountEssentialFileSystems} found. */
export interface EssentialFileSystems {
  /** False on a kernel without devtmpfs: `/dev` is a tmpfs, whose nodes are to be made by hand. */
  readonly devtmpfs: boolean;
  /** What could not be mounted and is not indispensable, one sentence each. */
  readonly warnings: readonly string[];
}

/** The part of Linux that mounting the essential file systems needs. */
export type EssentialLinux = Pick<Linux, "mount" | "mkdir" | "stat" | "readText">;

/**
 * Mounts proc, sysfs, devtmpfs, devpts, two tmpfs and, on a machine with EFI, efivarfs, below
 * `root`, in that order. Makes missing directories and skips what is mounted already, so that it
 * can run twice: where efivarfs is a module, the second time is after it was loaded.
 *
 * @throws Error, with the kernel's answer as its cause, when `/proc`, `/sys` or `/dev` cannot be
 * mounted; the message names the kernel option that is missing.
 */
export function mountEssentialFileSystems(
  linux: EssentialLinux,
  { root = "/" }: { readonly root?: string } = {},
): EssentialFileSystems {
  const prefix = root.replace(/\/+$/, "");
  const warnings: string[] = [];
  let devtmpfs = true;
  for (const wanted of essentialMounts) {
    const target = prefix + wanted.target;
    if (wanted.type === "efivarfs" && !exists(linux, `${prefix}/sys/firmware/efi`)) continue;
    if (isMountPoint(linux, target)) {
      if (wanted.type === "devtmpfs") devtmpfs = isOfType(linux, target, wanted.type);
      continue;
    }
    try {
      mountOne(linux, wanted, target);
    } catch (error) {
      if (wanted.type === "devtmpfs" && errorCode(error) === "ENODEV") {
        devtmpfs = false;
        mountOne(linux, { ...wanted, type: "tmpfs", option: "CONFIG_TMPFS" }, target);
      } else if (indispensable.includes(wanted.target)) {
        throw explained(error, wanted, target);
      } else if (!mayComeLater(wanted, error)) {
        warnings.push(explained(error, wanted, target).message);
      }
    }
  }
  return { devtmpfs, warnings };
}

/** efivarfs is a module in many kernels: the kernel knows the type once that is loaded. */
function mayComeLater({ type }: EssentialMount, error: unknown): boolean {
  return type === "efivarfs" && errorCode(error) === "ENODEV";
}

function mountOne(linux: EssentialLinux, wanted: EssentialMount, target: string): void {
  const { type, flags, data } = wanted;
  if (!exists(linux, target)) makeDirectory(linux, target);
  linux.mount({ source: type, target, type, flags, ...(data === undefined ? {} : { data }) });
}

function explained(error: unknown, { type, option }: EssentialMount, target: string): Error {
  const cause = error instanceof Error ? error.message : String(error);
  const hint = errorCode(error) === "ENODEV" ? `: this kernel is built without ${option}` : "";
  return new Error(`cannot mount ${type} on ${target}${hint} (${cause})`, { cause: error });
}

/** Whether the mount at a path is of a type; see proc_pid_mounts(5). */
function isOfType(linux: EssentialLinux, target: string, type: string): boolean {
  const mounts = linux.readText("/proc/self/mounts").split("\n");
  const last = mounts.map((line) => line.split(" ")).findLast(([, at]) => at === target);
  return last?.[2] === type;
}

/** A directory on another device than its parent is a mount point; binds do not matter here. */
function isMountPoint(linux: EssentialLinux, path: string): boolean {
  try {
    return linux.stat(path).device !== linux.stat(`${path}/..`).device;
  } catch {
    return false;
  }
}
