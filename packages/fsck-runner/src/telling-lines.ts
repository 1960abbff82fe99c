/**
 * The lines of a checker's output that tell something about the file system: not its version, not which
 * passes it makes.
 */
export function tellingLines(output: string): readonly string[] {
  const lines = output.split(/[\r\n]/).map((line) => line.trim());
  return lines.filter((line) => line !== "" && !chatter.some((pattern) => pattern.test(line)));
}

const chatter: readonly RegExp[] = [
  // As in `e2fsck 1.47.0 (5-Feb-2023)` and `fsck.fat 4.2 (2021-01-31)`.
  /^[\w.]+ \d[\d.]* \([\w-]+\)$/,
  // xfs_repair
  /^Phase \d/,
  /^- /,
  /^No modify flag set, /,
];
