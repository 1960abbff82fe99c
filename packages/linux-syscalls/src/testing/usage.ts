import { filesOf } from "./directory.ts";
import type { Inode } from "./inode.ts";
import { fail } from "./kernel-fault.ts";
import type { SuperBlock } from "./super-block.ts";

/** How many blocks the content of a file system takes. */
export function usedBlocks(superBlock: SuperBlock): number {
  let used = 0;
  for (const { content } of filesOf(superBlock)) {
    used += Math.ceil(content.length / superBlock.capacity.blockSize);
  }
  return used;
}

/** Sees to it that one more file fits: ENOSPC when not. */
export function claimFile(superBlock: SuperBlock): void {
  const { files } = superBlock.capacity;
  if (files !== undefined && [...filesOf(superBlock)].length >= files) fail("ENOSPC");
}

/** Gives a file new content, when that fits: ENOSPC when not. */
export function setContent(superBlock: SuperBlock, inode: Inode, content: Uint8Array): void {
  const { blocks, blockSize } = superBlock.capacity;
  if (blocks !== undefined && content.length > inode.content.length) {
    const needed = blocksFor(content) - blocksFor(inode.content);
    if (needed > blocks - usedBlocks(superBlock)) fail("ENOSPC", "write");
  }
  inode.content = content;
  inode.modified = superBlock.seconds();

  function blocksFor({ length }: Uint8Array): number {
    return Math.ceil(length / blockSize);
  }
}
