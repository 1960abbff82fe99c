import type { Linux } from "@earlyboot/linux-syscalls";

/** Whether there is something at `path` that can be looked at. */
export function exists(linux: Pick<Linux, "stat">, path: string): boolean {
  try {
    linux.stat(path);
    return true;
  } catch {
    return false;
  }
}
