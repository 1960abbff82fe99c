import type { FileSystem } from "./file-system.ts";
import { isFilePrefix } from "./file-names.ts";

/** Where the store is, unless somebody says otherwise. */
export const defaultStore = "/gnu/store";

/**
 * Whether a file system is mounted before the real root is entered: it says so itself, it is the root, or it
 * holds the store and is not a bind mount.
 */
export function isNeededForBoot(
  fs: Pick<FileSystem, "neededForBoot" | "mountPoint" | "flags">,
  store: string = defaultStore,
): boolean {
  if (fs.neededForBoot || isFilePrefix(fs.mountPoint, "/")) return true;
  return isFilePrefix(fs.mountPoint, store) && !fs.flags.includes("bind-mount");
}
