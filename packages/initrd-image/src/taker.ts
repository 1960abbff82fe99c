/** Takes bytes from a stream, as many as are wanted. */
export interface Taker {
  /** The next `size` bytes in one piece; fewer only at the stream's end. */
  readonly take: (size: number) => Promise<Buffer>;
  /** Fills `target` with the next bytes, and gives how many there were; fewer only at the stream's end. */
  readonly fill: (target: Uint8Array) => Promise<number>;
  /** The next `size` bytes in the pieces in which they come; all of them by default. */
  readonly pieces: (size?: number) => AsyncGenerator<Uint8Array>;
}

/** Reads `input` in portions that do not depend on the pieces in which it comes. */
export function takeFrom(input: AsyncIterable<Uint8Array>): Taker {
  const iterator = input[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  const pieces = async function* (size = Infinity): AsyncGenerator<Uint8Array> {
    for (let missing = size; missing > 0;) {
      if (rest.length === 0) {
        const next = await iterator.next();
        if (next.done === true) return;
        rest = next.value;
      }
      const piece = rest.subarray(0, missing);
      rest = rest.subarray(piece.length);
      missing -= piece.length;
      yield piece;
    }
  };
  const fill = async (target: Uint8Array): Promise<number> => {
    let length = 0;
    for await (const piece of pieces(target.length)) {
      target.set(piece, length);
      length += piece.length;
    }
    return length;
  };
  const take = async (size: number): Promise<Buffer> => {
    const target = Buffer.alloc(size);
    return target.subarray(0, await fill(target));
  };
  return { fill, pieces, take };
}

/** Reads what nobody wants: a compressed form that was kept leaves its input unread. */
export async function readToEnd(input: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = input[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
}
