import { readPartitionTableWith } from "./partition-table.ts";
import type { Reader } from "./reader.ts";

/**
 * Whether a place near the end of a disk lies in one of its partitions. What is there then belongs to the
 * partition, though it looks as if it were the disk's.
 */
export async function isCoveredByPartition(reader: Reader, place: number): Promise<boolean> {
  const table = await readPartitionTableWith(reader);
  return (table?.partitions ?? []).some(
    ({ start, size }) => Number(start) <= place && place < Number(start + size),
  );
}
