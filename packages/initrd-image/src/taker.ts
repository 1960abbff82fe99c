/** Gives a function that takes the next bytes of a stream; fewer than asked for only at its end. */
export function taker(input: AsyncIterable<Uint8Array>): (size: number) => Promise<Buffer> {
  const iterator = input[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  return async (size) => {
    const pieces: Uint8Array[] = [];
    for (let missing = size; missing > 0;) {
      if (rest.length === 0) {
        const next = await iterator.next();
        if (next.done === true) break;
        rest = next.value;
      }
      const piece = rest.subarray(0, missing);
      pieces.push(piece);
      rest = rest.subarray(piece.length);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  };
}

/** Gives the next `size` bytes of what `take` takes from, in pieces of at most 1 MiB; all of it by default. */
export async function* takePieces(
  take: (size: number) => Promise<Uint8Array>,
  size: number = Infinity,
): AsyncGenerator<Uint8Array> {
  for (let missing = size; missing > 0;) {
    const piece = await take(Math.min(missing, 1 << 20));
    if (piece.length === 0) return;
    yield piece;
    missing -= piece.length;
  }
}

/** Cuts a stream into blocks of one size; only the last may be shorter. */
export async function* blocksOf(
  input: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array> {
  const take = taker(input);
  for (let block = await take(size); block.length > 0; block = await take(size)) yield block;
}
