import { MountFlag, UmountFlag } from "../constants.ts";
import { hasFlag } from "./has-flag.ts";
import { fail } from "./kernel-fault.ts";
import { type Kernel, isHeld, walkerOf } from "./kernel.ts";
import { type Mount, childrenOf, topOf } from "./mount-tree.ts";
import { walk } from "./path-walk.ts";
import { companionsOf, detach } from "./propagation.ts";
import { remount } from "./remount.ts";

const knownUmountFlags =
  UmountFlag.Force | UmountFlag.Detach | UmountFlag.Expire | UmountFlag.NoFollow;

/** umount2(2) */
export function umount(kernel: Kernel, target: string, flags: number): void {
  if ((flags & ~knownUmountFlags) !== 0) fail("EINVAL");
  const { tree, process } = kernel;
  const { mount, dentry } = topOf(
    tree,
    walk(walkerOf(kernel), target, !hasFlag(flags, UmountFlag.NoFollow)),
  );
  if (dentry !== mount.root || !tree.mounts.includes(mount)) fail("EINVAL");
  if (hasFlag(flags, UmountFlag.Expire)) expire(kernel, mount, flags);
  if (hasFlag(flags, UmountFlag.Detach)) return detach(tree, mount);
  if (mount === process.root.mount)
    return remount(kernel, { mount, dentry }, MountFlag.ReadOnly, null);
  if (isBusy(kernel, mount)) fail("EBUSY");
  detach(tree, mount);
}

/** The first call with MNT_EXPIRE marks a mount that nobody uses; the second may unmount it. */
function expire(kernel: Kernel, mount: Mount, flags: number): void {
  if (mount === kernel.process.root.mount) fail("EINVAL");
  if (hasFlag(flags, UmountFlag.Force | UmountFlag.Detach)) fail("EINVAL");
  if (isHeld(kernel, mount)) fail("EBUSY");
  if (mount.expiring) return;
  mount.expiring = true;
  fail("EAGAIN");
}

function isBusy(kernel: Kernel, mount: Mount): boolean {
  if (childrenOf(kernel.tree, mount).length > 0) return true;
  return [mount, ...companionsOf(kernel.tree, mount)].some((each) => isHeld(kernel, each));
}
