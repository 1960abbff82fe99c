import { errorCode, ModuleFlag, type Linux } from "@earlyboot/linux-syscalls";

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
 * Hands the module in `file` to the kernel as it is; a compressed one too, where the kernel knows its format
 * (`/sys/module/compression`). Otherwise, and when the kernel then cannot make sense of it, it is
 * decompressed here, as far as there is one of the `decompressors` for it.
 *
 * @throws SyscallError what the kernel answered; ModuleError a file that cannot be decompressed.
 */
export async function insertModule(
  linux: ModuleLinux,
  file: string,
  parameters: string,
  decompressors: Decompressors = {},
): Promise<void> {
  const compression = compressionOf(file);
  if (compression === undefined) return insertFile(linux, file, parameters);
  const here = decompressors[compression] !== undefined;
  if (!here || kernelCompression(linux) === compression) {
    try {
      await insertFile(linux, file, parameters, ModuleFlag.CompressedFile);
      return;
    } catch (error) {
      if (!here || !undecompressed.has(errorCode(error) ?? "")) throw error;
    }
  }
  await linux.initModule(await moduleContent(linux, file, decompressors), parameters);
}

/** What the kernel answers to a file that it cannot decompress. */
const undecompressed: ReadonlySet<string> = new Set(["EINVAL", "EOPNOTSUPP"]);

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
