import type { BlockContent, Extent } from "./block-device-description.ts";
import type { BlockState } from "./block-state.ts";
import { superblockBytes } from "./superblock-bytes.ts";

const usualSize = 64 * 2 ** 20;

/** What a description's bytes become: a size, and reads and writes on sparse memory. */
export function contentOf(content: BlockContent): Pick<BlockState, "size" | "read" | "write"> {
  const extents = [...extentsOf(content)];
  const end = Math.max(0, ...extents.map(({ offset, bytes }) => offset + bytes.length));
  const size = content.size ?? (content.content === undefined ? Math.max(usualSize, end) : end);
  return {
    size,
    read: (offset, length) => gather(extents, offset, Math.max(0, Math.min(length, size - offset))),
    write: (offset, bytes) => void extents.push({ offset, bytes: bytes.slice() }),
  };
}

function extentsOf({ content, fileSystem }: BlockContent): readonly Extent[] {
  if (content instanceof Uint8Array) return [{ offset: 0, bytes: content }];
  if (content !== undefined) return content;
  return fileSystem === undefined ? [] : superblockBytes(fileSystem);
}

/** The bytes from `offset` on; a later extent lies over an earlier one. */
function gather(extents: readonly Extent[], offset: number, length: number): Uint8Array {
  const result = new Uint8Array(length);
  for (const extent of extents) {
    const from = Math.max(offset, extent.offset);
    const to = Math.min(offset + length, extent.offset + extent.bytes.length);
    if (from >= to) continue;
    result.set(extent.bytes.subarray(from - extent.offset, to - extent.offset), from - offset);
  }
  return result;
}
