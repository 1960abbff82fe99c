import {
  type Linux,
  MountFlag,
  parseDeviceNumber,
  printable,
  UmountFlag,
} from "@earlyboot/linux-syscalls";
import { checkSwitchRoot, type SwitchRootView } from "./check-switch-root.ts";
import { freeInitramfs, type FreeingLinux, type Initramfs } from "./free-initramfs.ts";
import { readMounts } from "./mount-table.ts";
import { moveBack, moveEssentialFileSystems } from "./move-essential-file-systems.ts";
import { trimRoot } from "./new-root.ts";
import { reopenConsole } from "./reopen-console.ts";
import { SwitchRootFailedError } from "./switch-root-failed-error.ts";
import { SwitchRootRefusedError } from "./switch-root-refused-error.ts";

/** How {@link switchRoot} works. */
export interface SwitchRootOptions {
  /** The program to become afterwards; as for `checkSwitchRoot`, `null` says that there is none. */
  readonly init?: string | null;
  /**
   * Whether to try pivot_root(2) first; default true. False where a process that lives on still uses
   * paths of the initramfs, as the program of a FUSE union does: pivot_root would give it the new root.
   */
  readonly pivot?: boolean;
  /** What standard input, output and error are reopened on; default `/dev/console`. */
  readonly console?: string;
  /** How long freeing the initramfs may take, in milliseconds; default 10000. */
  readonly freeWithin?: number;
}

/** What {@link switchRoot} did. */
export interface SwitchRootResult {
  /** By pivot_root(2), or by moving the mount onto `/` and chroot(2). */
  readonly method: "pivot" | "move";
  /** How many files and directories of the initramfs were removed. */
  readonly removed: number;
  /** What went wrong after the root was switched; none of it stops a boot. */
  readonly warnings: readonly string[];
}

/** The calls that {@link switchRoot} makes. */
export type SwitchingLinux = SwitchRootView &
  FreeingLinux &
  Pick<Linux, "chdir" | "chroot" | "dup2" | "mkdir" | "mount" | "pivotRoot" | "umount2">;

/**
 * Makes the file system that is mounted at `newRoot` the root, and frees the initramfs: every check
 * first, then `/dev`, `/proc`, `/sys` and `/run` move, then the root, then the initramfs is emptied
 * and the console reopened. See switch_root(8) and pivot_root(2).
 *
 * @throws SwitchRootRefusedError all that `checkSwitchRoot` found; nothing was changed.
 * @throws SwitchRootFailedError what the kernel answered to a step; what had moved was moved back.
 */
export function switchRoot(
  linux: SwitchingLinux,
  newRoot: string,
  options: SwitchRootOptions = {},
): SwitchRootResult {
  const { pivot = true, console = "/dev/console", freeWithin = 10_000 } = options;
  const reasons = checkSwitchRoot(linux, newRoot, options.init);
  if (reasons.length > 0) throw new SwitchRootRefusedError(newRoot, reasons);

  const root = trimRoot(newRoot);
  const warnings: string[] = [];
  const initramfs = attempt(warnings, "the initramfs will not be freed", () =>
    openInitramfs(linux),
  );
  let removed = 0;
  try {
    const method = replaceRoot(linux, root, pivot, warnings);
    if (initramfs !== undefined) removed = free(linux, initramfs, freeWithin, warnings);
    attempt(warnings, "standard streams stay as they are", () => reopenConsole(linux, console));
    return { method, removed, warnings };
  } finally {
    attempt(warnings, "the initramfs stays open", () => {
      if (initramfs !== undefined) linux.close(initramfs.descriptor);
    });
  }
}

/** Holds the initramfs by a descriptor, while `/` still names it and `/proc` still tells its mounts. */
function openInitramfs(linux: SwitchingLinux): Initramfs {
  const descriptor = linux.open("/", { directory: true });
  const { device } = linux.fstat(descriptor);
  const elsewhere = readMounts(linux).filter(
    (mount) => mount.target !== "/" && parseDeviceNumber(mount.device) === device,
  );
  return { descriptor, device, spared: new Set(elsewhere.map((mount) => mount.root)) };
}

function replaceRoot(
  linux: SwitchingLinux,
  root: string,
  pivot: boolean,
  warnings: string[],
): "pivot" | "move" {
  const moved = moveEssentialFileSystems(linux, root);
  const undo: (() => readonly string[] | void)[] = [() => moveBack(linux, root, moved)];
  try {
    if (!pivot) keepProc(linux, undo);
    linux.chdir(root);
    undo.push(() => linux.chdir("/"));
    const pivoted = pivot && pivotRoot(linux, warnings);
    if (!pivoted) {
      linux.mount({ source: ".", target: "/", flags: MountFlag.Move });
      undo.push(() => linux.mount({ source: ".", target: root, flags: MountFlag.Move }));
      linux.chroot(".");
    }
    attempt(warnings, "the working directory stays", () => linux.chdir("/"));
    return pivoted ? "pivot" : "move";
  } catch (error) {
    const failures: string[] = [];
    for (const step of undo.toReversed()) {
      failures.push(...(attempt(failures, "cannot go back", step) ?? []));
    }
    throw new SwitchRootFailedError(root, error, failures);
  }
}

/** A process that lives on in the initramfs may go through `/proc/self/fd`: fuse-overlayfs does. */
function keepProc(linux: SwitchingLinux, undo: (() => readonly string[] | void)[]): void {
  linux.mount({ source: "proc", target: "/proc", type: "proc" });
  undo.push(() => linux.umount2("/proc", 0));
}

/** Whether pivot_root(2) replaced the root; before Linux 7.0 it cannot replace an initramfs (EINVAL). */
function pivotRoot(linux: SwitchingLinux, warnings: string[]): boolean {
  try {
    linux.pivotRoot(".", ".");
  } catch {
    return false;
  }
  attempt(warnings, "the initramfs stays mounted", () => linux.umount2(".", UmountFlag.Detach));
  return true;
}

/**
 * Empties the initramfs. It is emptied after a lazy unmount too: that frees no memory while a process
 * that lives on, or this one, runs a program of it.
 */
function free(
  linux: SwitchingLinux,
  initramfs: Initramfs,
  milliseconds: number,
  warnings: string[],
): number {
  const done = attempt(warnings, "the initramfs was not freed", () => {
    if (linux.stat("/").device === initramfs.device) throw new Error("it is still the root");
    if (initramfs.spared.has("/")) throw new Error("it is mounted elsewhere as a whole");
    return freeInitramfs(linux, initramfs, milliseconds);
  });
  warnings.push(...(done?.warnings ?? []));
  return done?.removed ?? 0;
}

/** What `action` gives; where it fails, `undefined` and a warning that begins with `words`. */
function attempt<T>(warnings: string[], words: string, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    warnings.push(`${words}: ${printable(cause)}`);
    return undefined;
  }
}
