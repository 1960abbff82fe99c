import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CommandError } from "../command-error.ts";
import type { KernelFile } from "./read-kernel-file.ts";

/**
 * The directory with the modules of `kernel`: `given` itself, or what lies below it; otherwise beside
 * the kernel (`../lib/modules/VERSION`), then where they are installed.
 *
 * @throws CommandError when there is none: a kernel without modules sees no disk.
 */
export function findModules(kernel: KernelFile, given?: string): string {
  const { version } = kernel;
  const beside = resolve(dirname(kernel.path), "..");
  const candidates =
    given === undefined
      ? [join(beside, "lib/modules", version), join("/lib/modules", version)]
      : [given, join(given, version), join(given, "lib/modules", version)];
  const found = candidates.find((directory) => existsSync(join(directory, "modules.dep")));
  if (found !== undefined) return found;
  throw new CommandError(
    `The modules of the kernel ${kernel.path} (version ${version}) are not here: no modules.dep in ` +
      `${candidates.join(", ")}. Name their directory by --modules, and run depmod for it if it has no modules.dep.`,
  );
}
