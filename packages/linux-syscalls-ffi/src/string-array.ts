import type { Kernel } from "./kernel.ts";

/** A `char *[]` in one piece of memory, which must live as long as it is used. */
export interface StringArray {
  readonly memory: Uint8Array;
  /** Where the array of pointers begins. */
  readonly address: bigint;
}

/** The strings, each ended by NUL, and the pointers to them, ended by NULL. */
export function stringArray(kernel: Kernel, strings: readonly string[]): StringArray {
  const tableSize = (strings.length + 1) * 8;
  const encoded = strings.map((string) => Buffer.from(`${string}\0`));
  const memory = Buffer.concat([Buffer.alloc(tableSize), ...encoded]);
  const address = kernel.addressOf(memory);
  let end = tableSize;
  encoded.forEach(({ length }, i) => {
    memory.writeBigUInt64LE(address + BigInt(end), i * 8);
    end += length;
  });
  return { memory, address };
}
