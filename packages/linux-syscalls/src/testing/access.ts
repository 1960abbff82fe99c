import { AccessMode, FileKind, MountFlag } from "../constants.ts";
import { isDirectory } from "./inode.ts";
import { fail } from "./kernel-fault.ts";
import { isReadOnly } from "./mount-flags.ts";
import type { Place } from "./mount-tree.ts";

/** Everything is allowed to root, but to execute what nobody may, or to write where nobody can. */
export function access({ mount, dentry: { inode } }: Place, mode: number): void {
  if ((mode & ~(AccessMode.Read | AccessMode.Write | AccessMode.Execute)) !== 0) fail("EINVAL");
  if ((mode & AccessMode.Execute) !== 0 && !isDirectory(inode))
    checkExecutable(mount.flags, inode.mode);
  if ((mode & AccessMode.Write) === 0) return;
  if (inode.immutable) fail("EPERM");
  if (isReadOnly(mount) && hasContent(inode.mode)) fail("EROFS");
}

/** EACCES for a file that nobody may execute, or that lies where nothing may be. */
export function checkExecutable(mountFlags: number, mode: number): void {
  const isPlain = (mode & FileKind.Mask) === FileKind.Regular;
  if (isPlain && (mountFlags & MountFlag.NoExec) !== 0) fail("EACCES");
  if ((mode & 0o111) === 0) fail("EACCES");
}

function hasContent(mode: number): boolean {
  const kind = mode & FileKind.Mask;
  return kind === FileKind.Regular || kind === FileKind.Directory || kind === FileKind.Link;
}
