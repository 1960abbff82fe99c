import { FileKind } from "../constants.ts";
import { addEntry, lookUp, removeEntry } from "./directory.ts";
import { type Dentry, type FileHooks, isDirectory } from "./inode.ts";
import { type InodeFields, type SuperBlock, makeInode } from "./super-block.ts";

/** Puts a file that the kernel generates into procfs, sysfs or the like. */
export function putFile(
  superBlock: SuperBlock,
  path: string,
  hooks: FileHooks,
  mode = 0o444,
): void {
  put(superBlock, path, FileKind.Regular | mode, { hooks });
}

/** Puts a file whose text never changes. */
export function putText(superBlock: SuperBlock, path: string, text: string): void {
  putFile(superBlock, path, { read: () => `${text}\n` });
}

/** Puts a symbolic link. */
export function putLink(superBlock: SuperBlock, path: string, target: string): void {
  put(superBlock, path, FileKind.Link | 0o777, { target });
}

/** Puts a directory, with those above it; one that is there stays. */
export function putDirectory(superBlock: SuperBlock, path: string): Dentry {
  let directory = superBlock.root;
  for (const name of namesOf(path)) {
    directory =
      lookUp(directory, name) ??
      addEntry(
        directory,
        name,
        makeInode(superBlock, FileKind.Directory | 0o755),
        superBlock.seconds(),
      );
  }
  return directory;
}

/** Puts any file. */
export function put(superBlock: SuperBlock, path: string, mode: number, fields: InodeFields): void {
  const [name, above] = split(path);
  const directory = putDirectory(superBlock, above);
  addEntry(directory, name, makeInode(superBlock, mode, fields), superBlock.seconds());
}

/** Removes a file, or a directory with everything in it; nothing happens when it is not there. */
export function removeTree(superBlock: SuperBlock, path: string): void {
  const [name, above] = split(path);
  const dentry = lookUp(putDirectory(superBlock, above), name);
  if (dentry !== undefined) removeAll(dentry, superBlock.seconds());
}

function removeAll(dentry: Dentry, seconds: number): void {
  if (isDirectory(dentry.inode)) {
    for (const child of dentry.inode.entries.values()) removeAll(child, seconds);
  }
  removeEntry(dentry, seconds);
}

function split(path: string): [name: string, above: string] {
  const names = namesOf(path);
  const name = names.pop() ?? "";
  return [name, names.join("/")];
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "");
}
