/** Bytes to look at: a device, a file, or an array of bytes (see {@link sourceOfBytes}). */
export interface Source {
  /** In bytes. */
  readonly size: bigint;
  /** The logical sector size, where the source has one; partition tables are tried with 512 and 4096 otherwise. */
  readonly sectorSize?: number;
  /** Whether it is an optical disc, whose last sectors may be unreadable: nothing is looked for there. */
  readonly isDisc?: boolean;
  /** Reads `length` bytes at `offset`; it is never asked for anything outside of `size`. */
  read(offset: bigint, length: number): Uint8Array | Promise<Uint8Array>;
}

/** Makes a {@link Source} of bytes in memory. */
export function sourceOfBytes(bytes: Uint8Array): Source {
  return {
    size: BigInt(bytes.length),
    read: (offset, length) => bytes.subarray(Number(offset), Number(offset) + length),
  };
}
