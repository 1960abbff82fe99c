import { open } from "node:fs/promises";
import { identify, readPartitionTable, type Source } from "@earlyboot/block-devices";
import { CommandError, errorText } from "../command-error.ts";

/** One thing on a disk image: on the whole disk, or on a partition. */
export interface DiskContent {
  /** The partition's number; none for the whole disk. */
  readonly partition?: number;
  /** The partition's type, as its table names it. */
  readonly partitionType?: string;
  /** By libblkid's names. */
  readonly type: string;
  /** Whether it is a file system, not a member of something larger or swap. */
  readonly isFileSystem: boolean;
}

/** A disk image and what is on it; nothing is known about the inside of a qcow2 file. */
export interface DiskImage {
  readonly format: "raw" | "qcow2";
  readonly contents: readonly DiskContent[];
}

/** Looks at a disk image. @throws CommandError when it cannot be read. */
export async function readDiskImage(file: string): Promise<DiskImage> {
  const { source, close } = await openSource(file);
  try {
    const magic = Buffer.from(source.size < 4n ? "" : await source.read(0n, 4)).toString("latin1");
    if (magic === "QFI\u00fb") return { format: "qcow2", contents: [] };
    const whole = await contentOf(source);
    return { format: "raw", contents: whole ? [whole] : await partitionsOf(source) };
  } finally {
    await close();
  }
}

async function partitionsOf(source: Source): Promise<DiskContent[]> {
  const table = await readPartitionTable(source);
  const contents = (table?.partitions ?? []).map(async ({ number, start, size, type }) => {
    const part = { size, read: (at: bigint, length: number) => source.read(start + at, length) };
    const content = await contentOf(part);
    return content ? [{ ...content, partition: number, partitionType: type }] : [];
  });
  return (await Promise.all(contents)).flat();
}

async function contentOf(source: Source): Promise<DiskContent | undefined> {
  const found = await identify(source);
  return found && { type: found.type, isFileSystem: found.usage === "filesystem" };
}

/** Opens a file as something to look at. @throws CommandError when it cannot be read. */
export async function openSource(
  path: string,
): Promise<{ readonly source: Source; readonly close: () => Promise<void> }> {
  try {
    const file = await open(path);
    const status = await file.stat({ bigint: true });
    if (status.isDirectory()) {
      await file.close();
      throw new Error("it is a directory");
    }
    const { size } = status;
    const source: Source = {
      size,
      async read(offset, length) {
        const bytes = Buffer.alloc(length);
        const { bytesRead } = await file.read(bytes, 0, length, offset);
        return bytes.subarray(0, bytesRead);
      },
    };
    return { source, close: () => file.close() };
  } catch (error) {
    throw new CommandError(`The disk image ${path} cannot be read: ${errorText(error)}.`, {
      cause: error,
    });
  }
}
