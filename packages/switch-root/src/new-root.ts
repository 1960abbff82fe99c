import { errorCode, FileKind, type Linux, SyscallError } from "@earlyboot/linux-syscalls";
import { mountedEssentials } from "./essential-directories.ts";

/** A root to be, seen from the initramfs. */
export interface NewRoot {
  /** Where it is mounted now: `/root`. */
  readonly path: string;
  /** Mounts of the initramfs that will be moved into it, under the same names: `/dev`, `/run`. */
  readonly comingAlong: readonly string[];
}

/** Looks at the mounts to see what will come along. */
export function viewNewRoot(linux: Pick<Linux, "readText">, path: string): NewRoot {
  return { path: trimRoot(path), comingAlong: mountedEssentials(linux) };
}

/** A path without the slashes at its end, to which names that begin with one are added. */
export function trimRoot(newRoot: string): string {
  return newRoot.replace(/\/+$/, "");
}

/** Where the file is now that will have the name `inside` once the root has been switched. */
export function presentPath(root: NewRoot, inside: string): string {
  const comesAlong = root.comingAlong.some((top) => `${inside}/`.startsWith(`${top}/`));
  return comesAlong ? inside : `${root.path}${inside}`;
}

/**
 * Finds what `path` will name once the root has been switched, and gives that name without links:
 * absolute links begin at the new root, and `..` does not lead out of it. See path_resolution(7).
 *
 * @throws SyscallError ENOENT, ENOTDIR or ELOOP with the name, in the new root, that is at fault.
 */
export function resolveInside(
  linux: Pick<Linux, "lstat" | "readLink">,
  root: NewRoot,
  path: string,
): string {
  const resolved: string[] = [];
  let pending = path.split("/");
  let atDirectory = true;
  let links = 0;
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    const parent = `/${resolved.join("/")}`;
    if (!atDirectory) throw new SyscallError({ error: "ENOTDIR", syscall: "open", path: parent });
    if (name === "..") resolved.pop();
    if (name === "" || name === "." || name === "..") continue;
    const here = `/${[...resolved, name].join("/")}`;
    const kind = kindOf(linux, root, here);
    if (kind === FileKind.Link) {
      if (++links > mostLinks) throw new SyscallError({ error: "ELOOP", syscall: "open", path });
      const target = linux.readLink(presentPath(root, here));
      if (target.startsWith("/")) resolved.length = 0;
      pending = [...target.split("/"), ...pending];
    } else {
      resolved.push(name);
      atDirectory = kind === FileKind.Directory;
    }
  }
  return `/${resolved.join("/")}`;
}

/** The kind of file of a name in the new root; an error names it as it will be, not as it is now. */
function kindOf(linux: Pick<Linux, "lstat">, root: NewRoot, inside: string): number {
  try {
    return linux.lstat(presentPath(root, inside)).mode & FileKind.Mask;
  } catch (error) {
    throw new SyscallError({ error: errorCode(error) ?? "EIO", syscall: "open", path: inside });
  }
}

/** As many symbolic links as the kernel follows in one path (MAXSYMLINKS). */
const mostLinks = 40;
