import { isDirectory } from "./inode.ts";
import { fail } from "./kernel-fault.ts";
import { type Kernel, walkerOf } from "./kernel.ts";
import { type Place, isReachable, topOf } from "./mount-tree.ts";
import { isSame, walk } from "./path-walk.ts";

/** pivot_root(2) */
export function pivotRoot(kernel: Kernel, newRoot: string, putOld: string): void {
  const { tree, process } = kernel;
  const next = walkToDirectory(kernel, newRoot);
  const put = walkToDirectory(kernel, putOld);
  const { root } = process;
  checkPivot(kernel, next, put);
  const place = root.mount.place;
  root.mount.place = topOf(tree, put);
  next.mount.place = place;
  for (const at of ["root", "directory"] as const) {
    if (isSame(process[at], root)) process[at] = next;
  }
}

/** The conditions of pivot_root(2), in the kernel's order. */
function checkPivot({ tree, process }: Kernel, next: Place, put: Place): void {
  const { root } = process;
  const shared = [put.mount, next.mount.place?.mount, root.mount.place?.mount];
  if (shared.some((mount) => mount?.peerGroup !== undefined)) fail("EINVAL");
  if (![root, next, put].every(({ mount }) => tree.mounts.includes(mount))) fail("EINVAL");
  if (next.dentry.gone) fail("ENOENT");
  if (next.mount === root.mount || put.mount === root.mount) fail("EBUSY");
  if (![root, next].every(({ mount, dentry }) => dentry === mount.root)) fail("EINVAL");
  if (![root, next].every(({ mount }) => mount.place !== undefined)) fail("EINVAL");
  if (!isReachable(put, next) || !isReachable(next, root)) fail("EINVAL");
}

/** The directory at `path`; ENOTDIR when it is something else. */
export function walkToDirectory(kernel: Kernel, path: string): Place {
  const place = walk(walkerOf(kernel), path);
  return isDirectory(place.dentry.inode) ? place : fail("ENOTDIR");
}
