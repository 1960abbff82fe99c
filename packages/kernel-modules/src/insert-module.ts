import { ModuleFlag, type Linux } from "@earlyboot/linux-syscalls";

import {
  compressionOf,
  kernelCompression,
  moduleContent,
  type Decompressors,
} from "./module-content.ts";

/** What it takes to hand a module to the kernel. */
export type ModuleLinux = Pick<
  Linux,
  "open" | "close" | "finitModule" | "initModule" | "readFile" | "readText"
>;

/**
 * Hands the module in `file` to the kernel as it is: compressed ones too, where the kernel knows the format
 * (`/sys/module/compression`) or none of the `decompressors` does.
 *
 * @throws SyscallError what the kernel answered.
 */
export async function insertModule(
  linux: ModuleLinux,
  file: string,
  parameters: string,
  decompressors: Decompressors = {},
): Promise<void> {
  const compression = compressionOf(file);
  if (compression === undefined) return insertFile(linux, file, parameters);
  if (kernelCompression(linux) === compression || decompressors[compression] === undefined) {
    return insertFile(linux, file, parameters, ModuleFlag.CompressedFile);
  }
  return linux.initModule(moduleContent(linux, file, decompressors), parameters);
}

async function insertFile(
  linux: ModuleLinux,
  file: string,
  parameters: string,
  flags?: number,
): Promise<void> {
  const descriptor = linux.open(file);
  try {
    await linux.finitModule(descriptor, parameters, flags);
  } finally {
    linux.close(descriptor);
  }
}
