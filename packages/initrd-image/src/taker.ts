/** Takes bytes from a stream, as many as are wanted. */
export interface Taker {
  /** The next `size` bytes in one piece; fewer only at the stream's end. */
  take(size: number): Promise<Buffer>;
  /** The next `size` bytes in the pieces in which they come; all of them by default. */
  pieces(size?: number): AsyncGenerator<Uint8Array>;
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
  const take = async (size: number): Promise<Buffer> => {
    const target = Buffer.alloc(size);
    let length = 0;
    for await (const piece of pieces(size)) {
      target.set(piece, length);
      length += piece.length;
    }
    return target.subarray(0, length);
  };
  return { pieces, take };
}

/** Cuts a stream into blocks of one size; only the last may be shorter. */
export async function* blocksOf(
  input: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array> {
  const { take } = takeFrom(input);
  for (let block = await take(size); block.length > 0; block = await take(size)) yield block;
}
