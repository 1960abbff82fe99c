/** What the exit status of fsck(8) says, from good to bad. */
export type FsckOutcome =
  | "pass"
  | "errors-corrected"
  | "reboot-required"
  | "errors-left"
  | "operational-error"
  | "usage-error"
  | "cancelled"
  | "library-error";

/** The bits of the exit status of fsck(8). */
export const FsckBit = {
  ErrorsCorrected: 1,
  RebootRequired: 2,
  ErrorsLeft: 4,
  OperationalError: 8,
  UsageError: 16,
  Cancelled: 32,
  LibraryError: 128,
} as const;

const words: readonly (readonly [bit: number, word: FsckOutcome])[] = [
  [FsckBit.ErrorsCorrected, "errors-corrected"],
  [FsckBit.RebootRequired, "reboot-required"],
  [FsckBit.ErrorsLeft, "errors-left"],
  [FsckBit.OperationalError, "operational-error"],
  [FsckBit.UsageError, "usage-error"],
  [FsckBit.Cancelled, "cancelled"],
  [FsckBit.LibraryError, "library-error"],
];

const known = words.reduce((sum, [bit]) => sum | bit, 0);

/**
 * Reads the exit status of fsck(8), a sum of bits: `outcome` is the highest bit's word, `all` are all
 * bits' words, lowest first. A bit that fsck(8) does not name counts as `operational-error`.
 */
export function fsckOutcome(status: number): {
  readonly outcome: FsckOutcome;
  readonly all: readonly FsckOutcome[];
} {
  if (status === 0) return { outcome: "pass", all: ["pass"] };
  const foreign = (status & ~known) !== 0 || !Number.isInteger(status);
  const bits = foreign ? status | FsckBit.OperationalError : status;
  const all = words.flatMap(([bit, word]) => ((bits & bit) === 0 ? [] : [word]));
  return { outcome: all.at(-1) ?? "operational-error", all };
}
