import { signalSet } from "./layouts.ts";
import { makeStructure } from "./structure.ts";

/** All signals. */
export const allSignals: readonly number[] = Array.from({ length: 64 }, (_, i) => i + 1);

/** The signals whose action can be asked for: 32 and 33 the C library keeps to itself. */
export const knownSignals: readonly number[] = allSignals.filter(
  (number) => number !== 32 && number !== 33,
);

/** A sigset_t of these signals. */
export function signalSetOf(numbers: readonly number[]): Uint8Array {
  const signals = numbers.reduce((set, number) => set | (1n << BigInt(number - 1)), 0n);
  return makeStructure(signalSet, { signals });
}
