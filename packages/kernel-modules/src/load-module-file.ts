import { errorCode, type Linux } from "@earlyboot/linux-syscalls";

import { explainFailure } from "./explain-failure.ts";
import { insertModule, type ModuleLinux } from "./insert-module.ts";
import type { Decompressors } from "./module-content.ts";
import { ModuleError } from "./module-error.ts";

/** What it takes to load a module, and to say why it cannot be loaded. */
export type LoadLinux = ModuleLinux & Pick<Linux, "read">;

/**
 * Loads the module in a file, and nothing that it needs.
 *
 * @returns Whether the kernel `loaded` it, had it already (`present`), or it found `no-device` to drive.
 * @throws ModuleError why it cannot be loaded.
 */
export async function loadModuleFile(
  linux: LoadLinux,
  file: string,
  parameters = "",
  decompressors?: Decompressors,
): Promise<"loaded" | "present" | "no-device"> {
  try {
    await insertModule(linux, file, parameters, decompressors);
    return "loaded";
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST") return "present";
    if (code === "ENODEV") return "no-device";
    throw error instanceof ModuleError
      ? error
      : await explainFailure(linux, { file, error, decompressors });
  }
}
