import { FileKind } from "@earlyboot/linux-syscalls";

/** What a name in `/dev` can be made as. */
export type NodeKind = "block" | "character" | "directory" | "link" | "socket";

/** The kind's bits in a mode. See inode(7). */
export const kindBits: Readonly<Record<NodeKind, number>> = {
  block: FileKind.Block,
  character: FileKind.Character,
  directory: FileKind.Directory,
  link: FileKind.Link,
  socket: FileKind.Socket,
};

const words: ReadonlyMap<number, string> = new Map([
  [FileKind.Block, "block device"],
  [FileKind.Character, "character device"],
  [FileKind.Directory, "directory"],
  [FileKind.Fifo, "fifo"],
  [FileKind.Link, "symbolic link"],
  [FileKind.Regular, "regular file"],
  [FileKind.Socket, "socket"],
]);

/** The kind of file that a mode tells, in words: `character device`. */
export function kindWords(mode: number): string {
  return words.get(mode & FileKind.Mask) ?? "file of an unknown kind";
}

/** Whether a file of this mode has a device number. */
export function isDevice(mode: number): boolean {
  const kind = mode & FileKind.Mask;
  return kind === FileKind.Block || kind === FileKind.Character;
}

/** Whether two modes tell the same kind of file. */
export function sameKind(mode: number, other: number): boolean {
  return (mode & FileKind.Mask) === (other & FileKind.Mask);
}
