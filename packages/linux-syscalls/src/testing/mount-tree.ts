import { isWithin } from "./directory.ts";
import type { Dentry } from "./inode.ts";
import type { SuperBlock } from "./super-block.ts";

/** One mount: a part of a file system, at a place in the tree. */
export interface Mount {
  readonly id: number;
  readonly superBlock: SuperBlock;
  /** The part of the file system that is seen; below its root for a bind. */
  readonly root: Dentry;
  readonly source: string;
  /** Where it is; `undefined` at the root of the tree, and once it is detached. */
  place: Place | undefined;
  /** Flags of mount(2) that belong to the mount alone. */
  flags: number;
  /** The group of mounts among which mounts and unmounts spread. */
  peerGroup: number | undefined;
  /** The group from which mounts and unmounts come, without going back. */
  master: number | undefined;
  unbindable: boolean;
  /** Marked by an earlier umount2(2) with MNT_EXPIRE, and not used since. */
  expiring: boolean;
}

/** A directory, or a file, in a mount. */
export interface Place {
  readonly mount: Mount;
  readonly dentry: Dentry;
}

/** All mounts of a machine, in the order in which they were made. */
export interface MountTree {
  mounts: Mount[];
  nextId: number;
  nextGroup: number;
}

/** Fields of a new {@link Mount} besides its place. */
export type MountFields = Pick<Mount, "superBlock" | "root" | "source"> &
  Partial<Pick<Mount, "flags">>;

/** A mount that is not attached yet. */
export function makeMount(tree: MountTree, fields: MountFields): Mount {
  fields.superBlock.users += 1;
  return {
    flags: 0,
    ...fields,
    id: tree.nextId++,
    place: undefined,
    peerGroup: undefined,
    master: undefined,
    unbindable: false,
    expiring: false,
  };
}

/** What is mounted right on `place`. */
export function mountedOn(tree: MountTree, { mount, dentry }: Place): Mount | undefined {
  return tree.mounts.findLast(
    ({ place }) => place !== undefined && place.mount === mount && place.dentry === dentry,
  );
}

/** What is seen at `place`: the root of the last mount of the pile there, if there is one. */
export function topOf(tree: MountTree, place: Place): Place {
  let top = place;
  for (let mount = mountedOn(tree, top); mount !== undefined; mount = mountedOn(tree, top)) {
    top = { mount, dentry: mount.root };
  }
  return top;
}

/** Whether anything at all is mounted on the name `dentry`, in whatever mount. */
export function isMountPoint(tree: MountTree, dentry: Dentry): boolean {
  return tree.mounts.some(({ place }) => place?.dentry === dentry);
}

/** The mounts right on places of `mount`. */
export function childrenOf(tree: MountTree, mount: Mount): readonly Mount[] {
  return tree.mounts.filter(({ place }) => place?.mount === mount);
}

/** `mount` and all that is mounted below it, parents first. */
export function subtreeOf(tree: MountTree, mount: Mount): readonly Mount[] {
  return [mount, ...childrenOf(tree, mount).flatMap((child) => subtreeOf(tree, child))];
}

/** Whether `mount` is `ancestor` or mounted somewhere below it. */
export function isMountedWithin(mount: Mount, ancestor: Mount): boolean {
  let at: Mount | undefined = mount;
  while (at !== undefined && at !== ancestor) at = at.place?.mount;
  return at === ancestor;
}

/** Whether `place` can be reached from `root` by going down. */
export function isReachable(place: Place, root: Place): boolean {
  let { mount, dentry } = place;
  while (mount !== root.mount && mount.place !== undefined) ({ mount, dentry } = mount.place);
  return mount === root.mount && isWithin(dentry, root.dentry);
}

/** A copy of a mount that shows the part below `root`, with the propagation that a bind gives it. */
export function copyMount(tree: MountTree, mount: Mount, root: Dentry): Mount {
  const { superBlock, source, flags, peerGroup, master } = mount;
  return { ...makeMount(tree, { superBlock, root, source, flags }), peerGroup, master };
}

/**
 * A copy of `mount` and what is mounted below `root` in it, without the unbindable ones; parents
 * first. None of it is in the tree yet; all but the first have their places.
 */
export function copySubtree(tree: MountTree, mount: Mount, root: Dentry): readonly Mount[] {
  const copy = copyMount(tree, mount, root);
  const below = childrenOf(tree, mount).filter(
    ({ place, unbindable }) => place !== undefined && !unbindable && isWithin(place.dentry, root),
  );
  return [
    copy,
    ...below.flatMap((child) => {
      const copies = copySubtree(tree, child, child.root);
      if (copies[0] !== undefined && child.place !== undefined) {
        copies[0].place = { mount: copy, dentry: child.place.dentry };
      }
      return copies;
    }),
  ];
}
