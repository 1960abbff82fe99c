import { MountFlag, type Linux } from "@earlyboot/linux-syscalls";
import { MountError } from "./mount-error.ts";

/**
 * Shows the file or directory `source` at `target` too: mount(2) with MS_BIND, and nothing else.
 *
 * @throws MountError
 */
export function bindMount(linux: Pick<Linux, "mount">, source: string, target: string): void {
  try {
    linux.mount({ source, target, flags: MountFlag.Bind });
  } catch (cause) {
    const flags = MountFlag.Bind;
    throw new MountError({
      operation: "bind",
      source,
      target,
      type: null,
      flags,
      options: null,
      cause,
    });
  }
}
