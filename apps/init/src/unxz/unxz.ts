import { XzReadableStream } from "xz-decompress";

/**
 * Decompresses an .xz file: any number of streams and blocks, with the checks CRC32, CRC64 or none. A script of its
 * own: a boot without modules of that kind never reads it.
 *
 * @throws Error why that cannot be done; its `code` is EOPNOTSUPP for a kind of .xz file that is not known here.
 */
export async function unxz(compressed: Uint8Array): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of new XzReadableStream(streamOf(compressed))) pieces.push(piece);
  } catch (error) {
    throw explain(error);
  }
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const piece of pieces) {
    whole.set(piece, end);
    end += piece.length;
  }
  return whole;
}

/** All of the file, then nothing for ever: XZ Embedded knows itself that a file is cut short. */
function streamOf(content: Uint8Array): ReadableStream<Uint8Array> {
  const rest = [content];
  const getReader = () => ({
    read: async () => ({ done: false, value: rest.shift() ?? new Uint8Array() }),
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of it is used
  return { getReader } as unknown as ReadableStream<Uint8Array>;
}

/** What XZ Embedded answers, `enum xz_ret`; the rest is that of a program gone wrong. */
const reasons: ReadonlyMap<string, string> = new Map([
  ["3", "its memory is not enough for this .xz file"],
  ["4", "its memory is not enough for this .xz file"],
  ["5", "it is no .xz file, or something else follows it"],
  ["7", "it is damaged"],
  ["8", "it is cut short"],
]);

/** A check or a filter that is not built in. */
const unsupported = "6";

function explain(error: unknown): Error {
  const [, number = ""] = /error code (\d+)$/.exec(String(error)) ?? [];
  if (number !== unsupported)
    return new Error(reasons.get(number) ?? String(error), { cause: error });
  const message =
    "it is an .xz file with a check other than CRC32, CRC64 and none, or with a filter besides LZMA2; " +
    "compress it again with 'xz --check=crc32'";
  return Object.assign(new Error(message, { cause: error }), { code: "EOPNOTSUPP" });
}
