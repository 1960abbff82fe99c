import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { setTimeout as after } from "node:timers/promises";

/** How often is looked for more, in milliseconds: nobody who reads along notices. */
const interval = 20;

/** What is written to `file`, as it comes, until `over` settles and all of it is read. */
export function followFile(file: string, over: Promise<unknown>): Readable {
  return Readable.from(pieces(file, over), { objectMode: false });
}

async function* pieces(file: string, over: Promise<unknown>): AsyncGenerator<Uint8Array> {
  let isOver = false;
  const end = over.then(() => (isOver = true));
  await using handle = await open(file);
  for (;;) {
    const isLast = isOver;
    for (;;) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(1 << 16));
      if (bytesRead === 0) break;
      yield buffer.subarray(0, bytesRead);
    }
    if (isLast) return;
    await Promise.race([end, after(interval)]);
  }
}
