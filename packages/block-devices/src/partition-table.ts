import { readGpt } from "./gpt.ts";
import { readMbr } from "./mbr.ts";
import { openReader, type Reader } from "./reader.ts";
import type { Source } from "./source.ts";

/** One partition, as the table of its disk describes it. */
export interface Partition {
  /** As in the names of its device: 1 of `vda1`. Logical partitions begin at 5. */
  readonly number: number;
  /** In bytes from the beginning of the disk. */
  readonly start: bigint;
  /** In bytes. */
  readonly size: bigint;
  /** Of GPT a GUID in lower case, of MBR two hexadecimal digits: `83`. */
  readonly type: string;
  /** The PARTUUID: of GPT a GUID, of MBR `disk identifier-number` in hexadecimal digits. */
  readonly uuid?: string;
  /** The PARTLABEL, which only GPT has. */
  readonly label?: string;
  /** GPT's attribute bits: 60 read-only, 62 hidden, 63 not to be mounted by itself. */
  readonly attributes?: bigint;
  /** MBR's "active" mark. */
  readonly bootable?: boolean;
}

/** What a disk is divided into. */
export interface PartitionTable {
  /** By libblkid's names; `PMBR` is a protective MBR whose GPT cannot be read. */
  readonly type: "gpt" | "dos" | "PMBR";
  /** The disk's GUID, or the eight hexadecimal digits of an MBR's disk identifier. */
  readonly uuid?: string;
  /** The unit of the table's numbers: the logical sector size. */
  readonly sectorSize: number;
  /** Whether a GPT had to be read from its backup at the end of the disk. */
  readonly fromBackup?: boolean;
  /** By number. */
  readonly partitions: readonly Partition[];
}

/**
 * Reads the partition table of `source`: GPT, its backup when the first copy is damaged, or MBR with
 * logical partitions. `undefined` when there is none. As for the kernel, a GPT without its protective MBR
 * is a leftover.
 *
 * @throws ShortReadError and whatever `source.read` throws, when reading fails.
 */
export async function readPartitionTable(source: Source): Promise<PartitionTable | undefined> {
  return await readPartitionTableWith(openReader(source));
}

/** {@link readPartitionTable}, with a reader that others use as well. */
export async function readPartitionTableWith(reader: Reader): Promise<PartitionTable | undefined> {
  const mbr = await readMbr(reader);
  return mbr?.type === "PMBR" ? ((await readGpt(reader)) ?? mbr) : mbr;
}
