import { readMounts } from "@earlyboot/switch-root";
import type { Linux } from "@earlyboot/linux-syscalls";

/** Whether something is mounted at a path: by an attempt before this one, or by hand in the REPL. */
export function isMounted(linux: Pick<Linux, "readText">, path: string): boolean {
  return readMounts(linux).some(({ target }) => target === path);
}
