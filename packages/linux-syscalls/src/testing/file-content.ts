import { FileKind } from "../constants.ts";
import type { CharacterDevice } from "./character-device.ts";
import { type Inode, isDirectory, kindOf } from "./inode.ts";
import { fail } from "./kernel-fault.ts";
import type { Kernel } from "./kernel.ts";
import type { Place } from "./mount-tree.ts";
import type { OpenFile } from "./open-file.ts";
import { setContent } from "./usage.ts";

/** The bytes of a file from `position` on, at most `length`. */
export function readAt(
  kernel: Kernel,
  file: OpenFile,
  position: number,
  length: number,
): Uint8Array {
  const { inode } = file;
  if (!file.reads) fail("EBADF", "read");
  if (isDirectory(inode)) fail("EISDIR", "read");
  if (kindOf(inode) === FileKind.Character) return character(kernel, inode).read(length);
  if (kindOf(inode) === FileKind.Block) return readBlock(kernel, inode, position, length);
  return generated(inode).subarray(position, position + length);
}

function readBlock(kernel: Kernel, inode: Inode, position: number, length: number): Uint8Array {
  const block = kernel.blocks.get(inode.rdev) ?? fail("ENXIO", "read");
  if (block.failure !== undefined) fail(block.failure, "read");
  return block.read(position, length);
}

function character(kernel: Kernel, inode: Inode): CharacterDevice {
  return kernel.characters.get(inode.rdev) ?? fail("ENXIO");
}

function generated({ hooks, content }: Inode): Uint8Array {
  const bytes = hooks.read === undefined ? content : hooks.read();
  return typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
}

/** Everything that a file holds. */
export function readWhole(kernel: Kernel, file: OpenFile): Uint8Array {
  const block = kernel.blocks.get(file.inode.rdev);
  const isBlock = kindOf(file.inode) === FileKind.Block;
  const length = isBlock && block !== undefined ? block.size : Number.MAX_SAFE_INTEGER;
  if (kindOf(file.inode) === FileKind.Character) return readAt(kernel, file, 0, 65536);
  return readAt(kernel, file, 0, length).slice();
}

/** Writes at the file's position, or at its end; gives how many bytes were taken. */
export function writeWhole(kernel: Kernel, file: OpenFile, bytes: Uint8Array): number {
  const { inode, place } = file;
  if (!file.writes) fail("EBADF", "write");
  if (kindOf(inode) === FileKind.Character) character(kernel, inode).write(bytes.slice());
  else if (kindOf(inode) === FileKind.Block) {
    const block = kernel.blocks.get(inode.rdev) ?? fail("ENXIO", "write");
    if (block.failure !== undefined) fail(block.failure, "write");
    if (file.position + bytes.length > block.size) fail("ENOSPC", "write");
    block.write(file.position, bytes);
  } else if (inode.hooks.write !== undefined) inode.hooks.write(bytes.slice());
  else if (inode.hooks.read !== undefined) fail("EIO", "write");
  else writeContent(file, place, bytes);
  file.position += bytes.length;
  return bytes.length;
}

function writeContent(file: OpenFile, place: Place | undefined, bytes: Uint8Array): void {
  const { inode } = file;
  const start = file.append ? inode.content.length : file.position;
  const content = new Uint8Array(Math.max(inode.content.length, start + bytes.length));
  content.set(inode.content);
  content.set(bytes, start);
  if (place === undefined) inode.content = content;
  else setContent(place.mount.superBlock, inode, content);
}
