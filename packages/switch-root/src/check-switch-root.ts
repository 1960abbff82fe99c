import {
  AccessMode,
  errorCode,
  FileKind,
  type FileStatus,
  FileSystemMagic,
  formatDeviceNumber,
  type Linux,
  printable,
} from "@earlyboot/linux-syscalls";
import { defaultInits } from "./find-init.ts";
import { readMounts } from "./mount-table.ts";
import { essentialDirectories } from "./essential-directories.ts";
import { trimRoot, viewNewRoot } from "./new-root.ts";
import { type ProgramReader, whyNotExecutable } from "./why-not-executable.ts";

/** The calls that {@link checkSwitchRoot} makes; none of them changes anything. */
export type SwitchRootView = ProgramReader & Pick<Linux, "getpid" | "readText" | "stat" | "statfs">;

/**
 * Lists the reasons why the root cannot be switched to `newRoot`; an empty list says go.
 *
 * `init` is the program to become afterwards, by its name in the new root. Without one, one of
 * {@link defaultInits} must do; `null` says that none is needed.
 */
export function checkSwitchRoot(
  linux: SwitchRootView,
  newRoot: string,
  init?: string | null,
): readonly string[] {
  return [
    ...checkProcess(linux),
    ...checkInitramfs(linux),
    ...checkNewRoot(linux, newRoot, init),
  ].map(printable);
}

function checkProcess(linux: SwitchRootView): readonly string[] {
  const pid = linux.getpid();
  return pid === 1 ? [] : [`this is process ${pid}; only process 1 may switch the root`];
}

/** What tells an initramfs from a system's root, whose files must never be freed. */
function checkInitramfs(linux: SwitchRootView): readonly string[] {
  return [
    ...reasonsOf("/ cannot be told to be an initramfs", () => {
      const { type } = linux.statfs("/");
      if (type === FileSystemMagic.Ramfs || type === FileSystemMagic.Tmpfs) return [];
      return [`/ is no initramfs: its file system is 0x${type.toString(16)}, not ramfs or tmpfs`];
    }),
    ...reasonsOf("/ does not hold the /init of an initramfs", () =>
      isKind(linux.stat("/init"), FileKind.Regular) ? [] : ["/init is not a regular file"],
    ),
  ];
}

function checkNewRoot(
  linux: SwitchRootView,
  newRoot: string,
  init: string | null | undefined,
): readonly string[] {
  if (!newRoot.startsWith("/")) return [`${newRoot} is not an absolute path`];
  return reasonsOf(`${newRoot} cannot be the root`, () => {
    const status = linux.stat(newRoot);
    if (!isKind(status, FileKind.Directory)) return [`${newRoot} is not a directory`];
    const root = trimRoot(newRoot);
    return [
      ...checkPlace(newRoot),
      ...checkDevice(linux, newRoot, status.device),
      ...checkMountPoint(linux, newRoot),
      ...essentialDirectories.flatMap((directory) => checkDirectory(linux, root, directory)),
      ...checkInit(linux, root, init),
    ];
  });
}

/** A root below a directory that moves into that root could not stay where it is. */
function checkPlace(newRoot: string): readonly string[] {
  const above = essentialDirectories.find((top) => `${newRoot}/`.startsWith(`${top}/`));
  return above === undefined ? [] : [`${newRoot} is below ${above}, which itself moves`];
}

function checkDevice(linux: SwitchRootView, newRoot: string, device: bigint): readonly string[] {
  return reasonsOf("/ does not tell its device", () => {
    const same = linux.stat("/").device === device;
    const shown = formatDeviceNumber(device);
    return same
      ? [`${newRoot} is on the same device as /, ${shown}: no other root is mounted`]
      : [];
  });
}

function checkMountPoint(linux: SwitchRootView, newRoot: string): readonly string[] {
  return reasonsOf("the mounts cannot be read", () => {
    const target = trimRoot(newRoot) || "/";
    const mounted = readMounts(linux).some((mount) => mount.target === target);
    return mounted ? [] : [`${newRoot} is not a mount point`];
  });
}

/** A missing directory is no reason where `moveEssentialFileSystems` can make it. */
function checkDirectory(linux: SwitchRootView, root: string, directory: string): readonly string[] {
  const path = root + directory;
  try {
    if (isKind(linux.lstat(path), FileKind.Directory)) return [];
    return [`${path} is not a directory, so ${directory} cannot move there`];
  } catch (error) {
    if (errorCode(error) !== "ENOENT") return [`${path} cannot be used: ${messageOf(error)}`];
    return reasonsOf(`${path} is missing and cannot be made`, () => {
      linux.access(root || "/", AccessMode.Write);
      return [];
    });
  }
}

function checkInit(
  linux: SwitchRootView,
  root: string,
  init: string | null | undefined,
): readonly string[] {
  if (init === null) return [];
  return reasonsOf("the real init cannot be looked for", () => {
    const view = viewNewRoot(linux, root);
    const candidates = init === undefined ? defaultInits : [init];
    const reasons = candidates.map((path) => whyNotExecutable(linux, view, path));
    if (reasons.includes(undefined)) return [];
    return [`no init to become in ${root || "/"}: ${reasons.join("; ")}`];
  });
}

/** What `look` finds; where it fails, that itself is a reason, told after `words`. */
function reasonsOf(words: string, look: () => readonly string[]): readonly string[] {
  try {
    return look();
  } catch (error) {
    return [`${words}: ${messageOf(error)}`];
  }
}

function isKind(status: FileStatus, kind: number): boolean {
  return (status.mode & FileKind.Mask) === kind;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
