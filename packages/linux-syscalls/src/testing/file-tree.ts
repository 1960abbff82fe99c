import { FileKind } from "../constants.ts";
import { addEntry, lookUp } from "./directory.ts";
import { elfFile } from "./elf-file.ts";
import { type Dentry, isDirectory, kindBits } from "./inode.ts";
import type { FileSystemContent } from "./block-device-description.ts";
import { superblockBytes } from "./superblock-bytes.ts";
import type { Program } from "./program.ts";
import { type InodeFields, type SuperBlock, makeInode } from "./super-block.ts";

/** What every kind of {@link FileDescription} can say. */
interface Owned {
  /** Permissions. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** A file of a simulated tree: its text, its bytes, or what it is in full. */
export type FileDescription =
  | string
  | Uint8Array
  | (Owned & {
      /** A regular file; the default permissions are 0o644, or 0o755 with a program. */
      readonly kind: "file";
      readonly content?: string | Uint8Array;
      /** What happens when it is run. The default content is then that of an ELF file. */
      readonly program?: Program;
      /** The kernel module that it is, where its content is none. */
      readonly module?: string;
      /** The file system whose image it is: what a loop device with the file shows. */
      readonly image?: FileSystemContent;
      /** Whether nobody can change it before the flag is taken away (chattr(1)). */
      readonly immutable?: boolean;
    })
  | (Owned & { readonly kind: "directory" })
  | (Owned & { readonly kind: "link"; readonly target: string })
  | (Owned & { readonly kind: "block" | "character"; readonly device: bigint })
  | (Owned & { readonly kind: "fifo" | "socket" });

/** Files by their absolute paths. Directories on the way are made. */
export type FileTree = Readonly<Record<string, FileDescription>>;

/** Plants the files of `tree` into a file system. */
export function plantFiles(superBlock: SuperBlock, tree: FileTree): void {
  for (const [path, file] of Object.entries(tree)) plantFile(superBlock, path, file);
}

/** Plants one file; what had the name before is replaced, but a directory by a directory stays. */
export function plantFile(superBlock: SuperBlock, path: string, file: FileDescription): Dentry {
  const names = path.split("/").filter((name) => name !== "");
  const name = names.pop();
  const parent = names.reduce((from, each) => enter(superBlock, from, each), superBlock.root);
  const there = name === undefined ? superBlock.root : parent.inode.entries.get(name);
  const mode = modeOf(file);
  if (there !== undefined && isDirectory(there.inode) && isDirectory({ mode })) {
    if (typeof file === "object" && "mode" in file) there.inode.mode = mode;
    return there;
  }
  const inode = makeInode(superBlock, mode, fieldsOf(file));
  if (typeof file === "object" && "immutable" in file) inode.immutable = file.immutable ?? false;
  return addEntry(parent, name ?? "/", inode, superBlock.seconds());
}

/** The directory `name` in `parent`, made when it is missing. */
function enter(superBlock: SuperBlock, parent: Dentry, name: string): Dentry {
  const there = lookUp(parent, name);
  if (there !== undefined) return there;
  return addEntry(
    parent,
    name,
    makeInode(superBlock, FileKind.Directory | 0o755),
    superBlock.seconds(),
  );
}

const usualModes = {
  directory: 0o755,
  link: 0o777,
  block: 0o660,
  character: 0o660,
  fifo: 0o644,
  socket: 0o755,
} as const;

function modeOf(file: FileDescription): number {
  if (typeof file === "string" || !("kind" in file)) return FileKind.Regular | 0o644;
  const usual =
    file.kind === "file" ? (file.program === undefined ? 0o644 : 0o755) : usualModes[file.kind];
  return kindBits(file.kind) | (file.mode ?? usual);
}

/** The image of a file system has at least its superblock. */
function imageBytes(image: FileSystemContent | undefined): Uint8Array {
  if (image === undefined) return new Uint8Array();
  const bytes = new Uint8Array(smallestImage);
  for (const extent of superblockBytes(image)) bytes.set(extent.bytes, extent.offset);
  return bytes;
}

const smallestImage = 2 ** 20;

function fieldsOf(file: FileDescription): InodeFields {
  if (typeof file === "string") return { content: new TextEncoder().encode(file) };
  if (!("kind" in file)) return { content: file.slice() };
  const { uid, gid } = file;
  if (file.kind === "link") return { uid, gid, target: file.target };
  if (file.kind === "block" || file.kind === "character") return { uid, gid, rdev: file.device };
  if (file.kind !== "file") return { uid, gid };
  const { program, module, image } = file;
  const usual = program === undefined ? imageBytes(image) : elfFile();
  const { content = usual } = file;
  return { uid, gid, program, module, image, content: fieldsOf(content).content };
}
