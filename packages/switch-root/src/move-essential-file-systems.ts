import {
  errorCode,
  FileKind,
  type Linux,
  MountFlag,
  SyscallError,
} from "@earlyboot/linux-syscalls";
import { essentialDirectories, mountedEssentials } from "./essential-directories.ts";
import { readMounts } from "./mount-table.ts";
import { trimRoot } from "./new-root.ts";
import { SwitchRootFailedError } from "./switch-root-failed-error.ts";

/**
 * Moves what is mounted on `/dev`, `/proc`, `/sys` and `/run` into `newRoot` (mount(2), MS_MOVE), and
 * gives the names of those that it moved. Directories that are missing in `newRoot` are made first.
 * When the kernel refuses one, those before it move back.
 *
 * @throws SyscallError what the kernel answered before anything moved.
 * @throws SwitchRootFailedError what the kernel answered to a move.
 */
export function moveEssentialFileSystems(
  linux: Pick<Linux, "lstat" | "mkdir" | "mount" | "readText">,
  newRoot: string,
): readonly string[] {
  const root = trimRoot(newRoot);
  const mounted = mountedEssentials(linux);
  stopSharing(linux, root);
  for (const directory of essentialDirectories) makeDirectory(linux, root + directory);
  const moved: string[] = [];
  for (const directory of mounted) {
    try {
      move(linux, directory, root + directory);
    } catch (error) {
      throw new SwitchRootFailedError(newRoot, error, moveBack(linux, root, moved));
    }
    moved.push(directory);
  }
  return moved;
}

/** Makes every shared mount outside the new root private: the kernel moves nothing away from one. */
function stopSharing(linux: Pick<Linux, "mount" | "readText">, root: string): void {
  for (const { target, shared } of readMounts(linux)) {
    const inside = `${target}/`.startsWith(`${root}/`);
    if (shared && !inside) linux.mount({ target, flags: MountFlag.Private });
  }
}

/** Undoes {@link moveEssentialFileSystems}, last first; gives what the kernel answered where it failed. */
export function moveBack(
  linux: Pick<Linux, "mount">,
  root: string,
  moved: readonly string[],
): readonly string[] {
  return moved.toReversed().flatMap((directory) => {
    try {
      move(linux, root + directory, directory);
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  });
}

function move(linux: Pick<Linux, "mount">, source: string, target: string): void {
  linux.mount({ source, target, flags: MountFlag.Move });
}

/** Makes a directory; refuses a link of that name, which would lead the move out of the new root. */
function makeDirectory(linux: Pick<Linux, "lstat" | "mkdir">, path: string): void {
  try {
    linux.mkdir(path, 0o755);
  } catch (error) {
    if (errorCode(error) !== "EEXIST" && errorCode(error) !== "EROFS") throw error;
    if ((linux.lstat(path).mode & FileKind.Mask) === FileKind.Directory) return;
    throw new SyscallError({ error: "ENOTDIR", syscall: "mkdir", path });
  }
}
