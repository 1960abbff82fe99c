import type { Linux } from "@earlyboot/linux-syscalls";
import { viewNewRoot } from "./new-root.ts";
import { type ProgramReader, whyNotExecutable } from "./why-not-executable.ts";

/** Where the kernel looks for an init that nobody named, in its order. */
export const defaultInits = ["/sbin/init", "/etc/init", "/bin/init", "/bin/sh"] as const;

/**
 * The first of `candidates` that can be executed once `newRoot` is the root, or `undefined`.
 * It is looked for inside `newRoot`, as the kernel will see it after the switch.
 */
export function findInit(
  linux: ProgramReader & Pick<Linux, "readText">,
  newRoot: string,
  candidates: readonly string[] = defaultInits,
): string | undefined {
  const root = viewNewRoot(linux, newRoot);
  return candidates.find((path) => whyNotExecutable(linux, root, path) === undefined);
}
