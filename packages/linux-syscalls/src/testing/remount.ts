import { FileKind, MountFlag } from "../constants.ts";
import { hasFlag } from "./has-flag.ts";
import { kindOf } from "./inode.ts";
import { fail } from "./kernel-fault.ts";
import type { Kernel } from "./kernel.ts";
import { perFileSystem, remountFlags } from "./mount-flags.ts";
import type { Mount, Place } from "./mount-tree.ts";

/** mount(2) with MS_REMOUNT and MS_BIND: the flags of one mount. */
export function remountBind(kernel: Kernel, { mount, dentry }: Place, flags: number): void {
  if (dentry !== mount.root || !kernel.tree.mounts.includes(mount)) fail("EINVAL");
  const becomesReadOnly =
    hasFlag(flags, MountFlag.ReadOnly) && !hasFlag(mount.flags, MountFlag.ReadOnly);
  if (becomesReadOnly && isWritten(kernel, (other) => other === mount)) fail("EBUSY");
  mount.flags = remountFlags(mount.flags, flags);
}

/** mount(2) with MS_REMOUNT: the flags and options of a file system, and the flags of the mount. */
export function remount(
  kernel: Kernel,
  { mount, dentry }: Place,
  flags: number,
  data: string | null,
): void {
  if (dentry !== mount.root || !kernel.tree.mounts.includes(mount)) fail("EINVAL");
  const { superBlock } = mount;
  const readOnly = hasFlag(flags, MountFlag.ReadOnly);
  const isUsed = (other: Mount): boolean => other.superBlock === superBlock;
  superBlock.type.reconfigure?.(superBlock, { data, readOnly });
  if (readOnly && !superBlock.readOnly && isWritten(kernel, isUsed)) fail("EBUSY");
  superBlock.readOnly = readOnly;
  superBlock.flags = flags & perFileSystem;
  mount.flags = remountFlags(mount.flags, flags);
}

/** Whether a file in one of the mounts is open for writing; writing to a device does not count. */
function isWritten({ process }: Kernel, isMeant: (mount: Mount) => boolean): boolean {
  return [...process.descriptors.values()].some(
    ({ place, inode, writes }) =>
      writes && kindOf(inode) === FileKind.Regular && place !== undefined && isMeant(place.mount),
  );
}
