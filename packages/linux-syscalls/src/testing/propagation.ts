import { isWithin } from "./directory.ts";
import {
  type Mount,
  type MountTree,
  type Place,
  childrenOf,
  copySubtree,
  mountedOn,
  subtreeOf,
} from "./mount-tree.ts";
import type { SuperBlock } from "./super-block.ts";

/**
 * Puts new mounts at `place`: the first there, the others where they already say. Where the mount
 * that holds the place is shared, every mount of its group and their slaves receive a copy. See
 * `Documentation/filesystems/sharedsubtree.rst`.
 */
export function attach(tree: MountTree, mounts: readonly Mount[], place: Place): void {
  const [first] = mounts;
  if (first === undefined) return;
  first.place = place;
  const receivers = receiversOf(tree, place);
  if (place.mount.peerGroup !== undefined) share(tree, mounts);
  if (!tree.mounts.includes(first)) tree.mounts.push(...mounts);
  for (const receiver of receivers) receive(tree, first, { mount: receiver, dentry: place.dentry });
}

/** Makes mounts that arrive in a shared place shared themselves. */
function share(tree: MountTree, mounts: readonly Mount[]): void {
  for (const mount of mounts) mount.peerGroup ??= tree.nextGroup++;
}

/** Copies what arrived in one mount into another that follows it; a slave's copy is a slave. */
function receive(tree: MountTree, arrived: Mount, place: Place): void {
  const copies = copySubtree(tree, arrived, arrived.root);
  const isPeer = place.mount.peerGroup === arrived.place?.mount.peerGroup;
  for (const copy of copies) {
    if (isPeer) continue;
    copy.master = copy.peerGroup;
    copy.peerGroup = place.mount.peerGroup === undefined ? undefined : tree.nextGroup++;
  }
  if (copies[0] !== undefined) copies[0].place = place;
  tree.mounts.push(...copies);
}

/** The other mounts that see what happens at `place`. */
function receiversOf(tree: MountTree, { mount, dentry }: Place): readonly Mount[] {
  return followersOf(tree, mount).filter(({ root }) => isWithin(dentry, root));
}

/** The peers of a mount, their slaves, those slaves' peers, and so on. */
function followersOf(tree: MountTree, mount: Mount): readonly Mount[] {
  const followers = new Set<Mount>([mount]);
  const groups = mount.peerGroup === undefined ? [] : [mount.peerGroup];
  for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
    for (const other of tree.mounts) {
      if (followers.has(other)) continue;
      if (other.peerGroup !== group && other.master !== group) continue;
      followers.add(other);
      if (other.peerGroup !== undefined && other.peerGroup !== group) groups.push(other.peerGroup);
    }
  }
  followers.delete(mount);
  return [...followers];
}

/** The mounts that go away together with `mount`, by propagation: those at the same place elsewhere. */
export function companionsOf(tree: MountTree, mount: Mount): readonly Mount[] {
  const { place } = mount;
  if (place === undefined) return [];
  return receiversOf(tree, place)
    .map((receiver) => mountedOn(tree, { mount: receiver, dentry: place.dentry }))
    .filter((companion) => companion !== undefined)
    .filter((companion) => companion.root === mount.root);
}

/** Takes a mount, and all that is mounted below it, out of the tree, here and where it had spread. */
export function detach(tree: MountTree, mount: Mount): void {
  const leaving = new Set(subtreeOf(tree, mount));
  for (const each of [...leaving].toReversed()) {
    for (const companion of companionsOf(tree, each)) {
      if (childrenOf(tree, companion).every((child) => leaving.has(child))) leaving.add(companion);
    }
  }
  for (const each of leaving) {
    each.place = undefined;
    leave(each.superBlock);
  }
  tree.mounts = tree.mounts.filter((each) => !leaving.has(each));
}

function leave(superBlock: SuperBlock): void {
  superBlock.users -= 1;
  if (superBlock.users === 0) superBlock.type.released?.(superBlock);
}

/** How a mount and the others of its group are to follow each other from now on. */
export type Propagation = "shared" | "private" | "slave" | "unbindable";

/** Changes how one mount spreads what is mounted in it. */
export function setPropagation(tree: MountTree, mount: Mount, propagation: Propagation): void {
  if (propagation !== "slave") mount.unbindable = propagation === "unbindable";
  if (propagation === "shared") mount.peerGroup ??= tree.nextGroup++;
  if (propagation === "slave") enslave(tree, mount);
  if (propagation === "private" || propagation === "unbindable") {
    mount.peerGroup = undefined;
    mount.master = undefined;
  }
}

/** A mount that has no peer to become the slave of stays what it is a slave of, or becomes private. */
function enslave(tree: MountTree, mount: Mount): void {
  const { peerGroup } = mount;
  mount.peerGroup = undefined;
  if (peerGroup === undefined) return;
  if (tree.mounts.some((other) => other !== mount && other.peerGroup === peerGroup)) {
    mount.master = peerGroup;
  }
}
