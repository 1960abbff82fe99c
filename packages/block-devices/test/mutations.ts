import { array, constantFrom, nat, oneof, tuple, type Arbitrary } from "fast-check";
import type { SparseImage } from "./recorded-images.ts";

/** Puts bytes over an image. */
export function patch(base: SparseImage, offset: number, bytes: readonly number[]): SparseImage {
  return { ...base, parts: [...base.parts, [offset, Uint8Array.from(bytes)]] };
}

/** Puts all bytes of an image that are not zero over another one. */
export function overlay(lower: SparseImage, upper: SparseImage): SparseImage {
  return {
    size: Math.max(lower.size, upper.size),
    parts: [...lower.parts, ...upper.parts.flatMap(runsIn)],
  };
}

/** The runs of a part without long stretches of zeros in them. */
function runsIn([start, bytes]: SparseImage["parts"][number]): SparseImage["parts"] {
  const runs: [number, Uint8Array][] = [];
  let begin = -1;
  let end = -1;
  for (const [index, byte] of bytes.entries()) {
    if (byte === 0) continue;
    if (begin >= 0 && index - end > 64) {
      runs.push([start + begin, bytes.subarray(begin, end)]);
      begin = -1;
    }
    if (begin < 0) begin = index;
    end = index + 1;
  }
  if (begin >= 0) runs.push([start + begin, bytes.subarray(begin, end)]);
  return runs;
}

/** Bytes at which programs stumble. */
const nasty = constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff);

/** Images of which some bytes, of those that mean something, are others. */
export function mutated(images: readonly SparseImage[]): Arbitrary<SparseImage> {
  const bases = images.map((base) => ({ base, places: placesIn(base) }));
  const change = tuple(nat(), array(oneof(nasty, nat(255)), { minLength: 1, maxLength: 8 }));
  const changes = array(change, { minLength: 1, maxLength: 6 });
  return tuple(constantFrom(...bases), changes).map(([{ base, places }, all]) =>
    all.reduce(
      (content, [index, bytes]) => patch(content, places[index % places.length] ?? index, bytes),
      base,
    ),
  );
}

/** The offsets of all bytes in runs that are not zero. */
function placesIn({ parts }: SparseImage): readonly number[] {
  return parts
    .flatMap(runsIn)
    .flatMap(([start, bytes]) => Array.from(bytes, (_, index) => start + index));
}
