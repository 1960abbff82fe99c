import { open } from "node:fs/promises";

/** Gives `size` bytes from `offset` on. */
export type ReadRange = (offset: number, size: number) => Buffer;

/**
 * Reads a file, or `size` bytes of it from `start` on. All pieces come in the same memory: the next one overwrites
 * it. So there is nothing to free, which a busy machine would do late.
 */
export async function* fileBytes(
  file: string,
  size: number = Infinity,
  start: number = 0,
): AsyncGenerator<Uint8Array> {
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc(1 << 18);
    for (let done = 0; done < size;) {
      const wanted = Math.min(size - done, buffer.length);
      const { bytesRead } = await handle.read(buffer, 0, wanted, start + done);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      done += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/** Gives every piece in memory of its own, for whoever asks for the next one before this one is done with. */
export async function* copied(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of input) yield Buffer.from(piece);
}
