import { open } from "node:fs/promises";

/**
 * Reads a file, or its first `size` bytes. All pieces come in the same memory: the next one overwrites it. So
 * there is nothing to free, which a busy machine would do late.
 */
export async function* fileBytes(
  file: string,
  size: number = Infinity,
): AsyncGenerator<Uint8Array> {
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc(1 << 18);
    for (let missing = size; missing > 0;) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(missing, buffer.length), null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      missing -= bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/** Gives every piece in memory of its own, for whoever asks for the next one before this one is done with. */
export async function* copied(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of input) yield Buffer.from(piece);
}
