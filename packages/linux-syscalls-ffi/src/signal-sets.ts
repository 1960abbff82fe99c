import { signalSet } from "./layouts.ts";
import { makeStructure } from "./structure.ts";

/**
 * All signals whose action can be set: 9 and 19 cannot, 32 and 33 belong to the C library.
 */
export const settableSignals: readonly number[] = Array.from(
  { length: 64 },
  (_, i) => i + 1,
).filter((number) => ![9, 19, 32, 33].includes(number));

/** A sigset_t of these signals. */
export function signalSetOf(numbers: readonly number[]): Uint8Array {
  const signals = numbers.reduce((set, number) => set | (1n << BigInt(number - 1)), 0n);
  return makeStructure(signalSet, { signals });
}
