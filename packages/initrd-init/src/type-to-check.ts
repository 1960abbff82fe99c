import { checkerFor } from "@earlyboot/fsck-runner";

/**
 * Which of `types` a device is to be checked as; `undefined` when its superblock contradicts them all. A
 * checker looks for copies of the superblock that it expects, and one of an older file system may still
 * lie there: it would be put back over the one that is in use.
 */
export function typeToCheck(
  types: readonly string[],
  identified: string | undefined,
): string | undefined {
  if (identified === undefined) return types[0];
  const program = checkerFor(identified)?.program;
  return types.find((type) => checkerFor(type)?.program === program);
}
