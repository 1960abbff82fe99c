import { type Dentry, type Inode, isDirectory } from "./inode.ts";
import type { SuperBlock } from "./super-block.ts";

/** The name `name` in the directory `directory`, if it is there. */
export function lookUp(directory: Dentry, name: string): Dentry | undefined {
  directory.inode.hooks.refresh?.();
  return directory.inode.entries.get(name);
}

/** Gives `inode` the name `name` in `directory`. */
export function addEntry(directory: Dentry, name: string, inode: Inode, seconds: number): Dentry {
  const dentry: Dentry = { name, parent: directory, inode, gone: false };
  directory.inode.entries.set(name, dentry);
  directory.inode.modified = seconds;
  inode.links += isDirectory(inode) ? 2 : 1;
  if (isDirectory(inode)) directory.inode.links += 1;
  return dentry;
}

/** Takes a name away; the file lives on while another name or a descriptor holds it. */
export function removeEntry(dentry: Dentry, seconds: number): void {
  const directory = dentry.parent;
  directory.inode.entries.delete(dentry.name);
  directory.inode.modified = seconds;
  dentry.inode.links -= isDirectory(dentry.inode) ? 2 : 1;
  if (isDirectory(dentry.inode)) directory.inode.links -= 1;
  dentry.gone = true;
}

/** Moves a name to another place of the same file system. */
export function moveEntry(dentry: Dentry, directory: Dentry, name: string, seconds: number): void {
  const from = dentry.parent;
  from.inode.entries.delete(dentry.name);
  from.inode.modified = seconds;
  directory.inode.modified = seconds;
  if (isDirectory(dentry.inode)) {
    from.inode.links -= 1;
    directory.inode.links += 1;
  }
  dentry.parent = directory;
  dentry.name = name;
  directory.inode.entries.set(name, dentry);
}

/** Whether `dentry` is `ancestor` or somewhere below it. */
export function isWithin(dentry: Dentry, ancestor: Dentry): boolean {
  let place = dentry;
  while (place !== ancestor && place.parent !== place) place = place.parent;
  return place === ancestor;
}

/** The path of `dentry` from the root of its file system: `/`, `/a/b`. */
export function pathInFileSystem(dentry: Dentry): string {
  const names: string[] = [];
  for (let place = dentry; place.parent !== place; place = place.parent) names.unshift(place.name);
  return `/${names.join("/")}`;
}

/** The files of a whole file system. */
export function* filesOf(superBlock: SuperBlock): Iterable<Inode> {
  const directories = [superBlock.root];
  const seen = new Set<Inode>([superBlock.root.inode]);
  yield superBlock.root.inode;
  for (let next = directories.pop(); next !== undefined; next = directories.pop()) {
    for (const dentry of next.inode.entries.values()) {
      if (isDirectory(dentry.inode)) directories.push(dentry);
      if (!seen.has(dentry.inode)) yield dentry.inode;
      seen.add(dentry.inode);
    }
  }
}
