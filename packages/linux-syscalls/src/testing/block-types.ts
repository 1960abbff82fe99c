import { FileKind, FileSystemMagic, MountFlag } from "../constants.ts";
import type { BlockState } from "./block-state.ts";
import type { FileSystemType, OpenRequest } from "./file-system-type.ts";
import { plantFiles } from "./file-tree.ts";
import { kindOf } from "./inode.ts";
import { type Kernel, secondsOf, walkerOf } from "./kernel.ts";
import { fail } from "./kernel-fault.ts";
import { parseMountData } from "./mount-data.ts";
import { walk } from "./path-walk.ts";
import { type SuperBlock, makeSuperBlock } from "./super-block.ts";

/** File systems on block devices, by the names that mount(2) knows. */
export const blockTypeMagics: Readonly<Record<string, number>> = {
  bcachefs: 0xca451a4e,
  btrfs: FileSystemMagic.Btrfs,
  erofs: FileSystemMagic.Erofs,
  exfat: 0x2011bab0,
  ext2: FileSystemMagic.Ext,
  ext3: FileSystemMagic.Ext,
  ext4: FileSystemMagic.Ext,
  f2fs: FileSystemMagic.F2fs,
  iso9660: FileSystemMagic.Iso9660,
  jfs: 0x3153464a,
  ntfs3: 0x7366746e,
  squashfs: FileSystemMagic.Squashfs,
  vfat: FileSystemMagic.Msdos,
  xfs: FileSystemMagic.Xfs,
};

/** Types that nobody can write: a mount that does not ask for read-only is so all the same. */
const alwaysReadOnly: ReadonlySet<string> = new Set(["erofs", "squashfs"]);

/** A type that nobody can write, and that has to be asked for as such. */
const mustBeReadOnly = "iso9660";

/** What each mounts besides itself: ext4's driver takes all of ext. */
const alsoMounts: Readonly<Record<string, readonly string[]>> = {
  ext4: ["ext2", "ext3"],
  ext3: ["ext2"],
};

/** The type `name`, which finds its files in the description of the block device. */
export function blockType(kernel: Kernel, name: string): FileSystemType {
  const type: FileSystemType = {
    name,
    magic: blockTypeMagics[name] ?? 0,
    needsDevice: true,
    open: (request) => openOnBlock(kernel, type, request),
    reconfigure: (superBlock, { readOnly, data }) => {
      const block = kernel.blocks.get(superBlock.device);
      parseMountData(data, block?.fileSystem?.options);
      if (!readOnly && block?.readOnly === true) fail("EACCES");
      if (!readOnly && name === mustBeReadOnly) fail("EROFS");
    },
    released: (superBlock) => kernel.blocks.get(superBlock.device)?.released(),
  };
  return type;
}

function openOnBlock(kernel: Kernel, type: FileSystemType, request: OpenRequest): SuperBlock {
  const block = findBlock(kernel, request.source);
  if (block.failure !== undefined) fail(block.failure);
  const readOnly = request.readOnly || alwaysReadOnly.has(type.name);
  if (block.superBlock !== undefined && block.superBlock.users > 0) {
    return reuse(block.superBlock, type, readOnly);
  }
  if (!readOnly && (block.readOnly || type.name === mustBeReadOnly)) fail("EACCES");
  block.superBlock = fill(kernel, type, block, { ...request, readOnly });
  return block.superBlock;
}

/** The block device that `source` names, by the rules of bdev_file_open_by_path(). */
function findBlock(kernel: Kernel, source: string | null): BlockState {
  if (source === null || source === "") fail("EINVAL");
  const { mount, dentry } = walk(walkerOf(kernel), source);
  if (kindOf(dentry.inode) !== FileKind.Block) fail("ENOTBLK");
  if ((mount.flags & MountFlag.NoDev) !== 0) fail("EACCES");
  return kernel.blocks.get(dentry.inode.rdev) ?? fail("ENXIO");
}

/** A device that is mounted already: the same file system again, or EBUSY. */
function reuse(superBlock: SuperBlock, type: FileSystemType, readOnly: boolean): SuperBlock {
  if (superBlock.type !== type || superBlock.readOnly !== readOnly) fail("EBUSY");
  return superBlock;
}

function fill(
  kernel: Kernel,
  type: FileSystemType,
  block: BlockState,
  { data, readOnly }: OpenRequest,
): SuperBlock {
  const content = block.fileSystem ?? fail("EINVAL");
  const fits = [type.name, ...(alsoMounts[type.name] ?? [])].includes(content.type);
  if (!fits) fail("EINVAL");
  if (content.failure !== undefined) fail(content.failure);
  parseMountData(data, content.options);
  const kept = block.superBlock?.type === type ? block.superBlock : undefined;
  const superBlock = kept ?? make(kernel, type, block);
  superBlock.readOnly = readOnly;
  superBlock.options = data ?? "";
  return superBlock;
}

function make(kernel: Kernel, type: FileSystemType, block: BlockState): SuperBlock {
  const superBlock = makeSuperBlock({
    type,
    device: block.number,
    seconds: () => secondsOf(kernel),
    capacity: { blockSize: 4096, blocks: Math.floor(block.size / 4096) },
  });
  plantFiles(superBlock, block.fileSystem?.files ?? {});
  return superBlock;
}
