import { SyscallError, errorCode, FileKind, type Linux } from "@earlyboot/linux-syscalls";
import { components } from "./file-names.ts";

/** A path below a root, followed to its end. */
export interface ResolvedPath {
  /** The path from outside the root, without links below the root. */
  readonly path: string;
  /** How many of its last components are missing. */
  readonly missing: number;
}

type Looking = Pick<Linux, "lstat" | "readLink">;

/**
 * Follows `path` as a process would whose root is `root`: an absolute link begins at the root, and `..` does
 * not leave it, so that no link leads out of it. See openat2(2), RESOLVE_IN_ROOT.
 *
 * @throws SyscallError ELOOP after forty links, ENOTDIR for a file on the way.
 */
export function resolveInRoot(linux: Looking, root: string, path: string): ResolvedPath {
  const todo = components(path).toReversed();
  const done: string[] = [];
  let missing = 0;
  for (let links = 0; todo.length > 0;) {
    const name = todo.pop() ?? "";
    if (name === "..") {
      done.pop();
      missing = Math.max(0, missing - 1);
      continue;
    }
    done.push(name);
    const here = joinPath(root, done);
    const link = missing > 0 ? { exists: false } : look(linux, here);
    if (!link.exists) missing++;
    if (link.target === undefined) continue;
    if (++links > 40) throw new SyscallError({ error: "ELOOP", syscall: "readlink", path: here });
    done.pop();
    if (link.target.startsWith("/")) done.length = 0;
    todo.push(...components(link.target).toReversed());
  }
  return { path: joinPath(root, done), missing };
}

function joinPath(root: string, names: readonly string[]): string {
  return `/${[...components(root), ...names].join("/")}`;
}

/** Whether a file is there, and where it leads when it is a link. */
function look(linux: Looking, path: string): { exists: boolean; target?: string } {
  try {
    const isLink = (linux.lstat(path).mode & FileKind.Mask) === FileKind.Link;
    return isLink ? { exists: true, target: linux.readLink(path) } : { exists: true };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return { exists: false };
    throw error;
  }
}
