import type { Linux } from "@earlyboot/linux-syscalls";
import { readMounts } from "./mount-table.ts";

/** Mount points that keep their mounts, under the same names, in the new root. */
export const essentialDirectories = ["/dev", "/proc", "/sys", "/run"] as const;

/** Those of {@link essentialDirectories} on which something is mounted. */
export function mountedEssentials(linux: Pick<Linux, "readText">): readonly string[] {
  const targets = new Set(readMounts(linux).map(({ target }) => target));
  return essentialDirectories.filter((directory) => targets.has(directory));
}
