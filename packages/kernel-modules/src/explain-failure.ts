import { errorCode, type Linux } from "@earlyboot/linux-syscalls";

import { lastKernelMessage } from "./last-kernel-message.ts";
import { ModuleError } from "./module-error.ts";
import {
  compressionOf,
  kernelCompression,
  moduleContent,
  type Decompressors,
} from "./module-content.ts";
import { moduleInfo, type ModuleInfo } from "./module-info.ts";
import { runningRelease } from "./module-index.ts";
import { moduleName } from "./module-name.ts";
import { wordsOf } from "./words-of.ts";

/** What {@link explainFailure} is told. */
export interface FailedModule {
  readonly file: string;
  /** What the kernel answered. */
  readonly error: unknown;
  readonly decompressors?: Decompressors | undefined;
}

type ExplainLinux = Pick<Linux, "close" | "open" | "read" | "readFile" | "readText">;

/** Says what the kernel's answer to a module means, and what it logged about it. */
export async function explainFailure(
  linux: ExplainLinux,
  failed: FailedModule,
): Promise<ModuleError> {
  const { file, error } = failed;
  const module = moduleName(file);
  const code = errorCode(error) ?? "EIO";
  const words = wordsOf(error);
  const answer = words.includes(file) ? words : `${words} '${file}'`;
  const logged = lastKernelMessage(linux, module);
  const message = [
    `${module} cannot be loaded: ${await meaningOf(linux, code, failed)} (${answer}).`,
    ...(logged === undefined ? [] : [`The kernel says: ${logged}.`]),
  ];
  const missing = isFileMissing(failed);
  return new ModuleError(message.join(" "), { code, module, file, missing, cause: error });
}

async function meaningOf(linux: ExplainLinux, code: string, failed: FailedModule): Promise<string> {
  if (code === "ENOENT") {
    return isFileMissing(failed)
      ? "its file is missing"
      : "it needs a symbol of a module, or something else at its start, that is not there";
  }
  if (code === "ENOEXEC") return wrongFormat(linux, failed);
  if (code === "ENOKEY" || code === "EKEYREJECTED" || code === "EBADMSG") {
    return (await readInfo(linux, failed))?.signed === false
      ? "it is not signed, and this kernel only takes signed modules"
      : "its signature is not by a key that this kernel trusts, or does not fit its content";
  }
  if (code === "EINVAL" || code === "EOPNOTSUPP") return refusedOrCompressed(linux, failed.file);
  return meanings.get(code) ?? "the kernel refuses it";
}

const meanings: ReadonlyMap<string, string> = new Map([
  ["EPERM", "the kernel forbids it (module_blacklist=, lockdown, or kernel.modules_disabled)"],
  ["EBUSY", "a module that it needs is still being loaded"],
  ["ENOMEM", "the memory is too small"],
  ["ENOSYS", "this kernel is built without modules"],
]);

async function wrongFormat(linux: ExplainLinux, failed: FailedModule): Promise<string> {
  const running = (await ifReadable(() => runningRelease(linux))) ?? "(unknown)";
  const vermagic = (await readInfo(linux, failed))?.vermagic;
  if (vermagic === undefined) return `its file is no module that kernel ${running} can read`;
  const [release = ""] = vermagic.split(" ");
  return release === running
    ? `it was built with other options than the running kernel (${vermagic.trim()})`
    : `it was built for kernel ${release}, but kernel ${running} is running`;
}

function refusedOrCompressed(linux: ExplainLinux, file: string): string {
  const compression = compressionOf(file);
  if (compression === undefined || compression === kernelCompression(linux)) {
    return "the kernel refuses a parameter, or the file as invalid";
  }
  return `this kernel does not decompress .${compression}, and there is no other decompressor`;
}

function readInfo(
  linux: ExplainLinux,
  { file, decompressors }: FailedModule,
): Promise<ModuleInfo | undefined> {
  return ifReadable(async () => moduleInfo(await moduleContent(linux, file, decompressors)));
}

/** What cannot be read explains nothing; the failure itself is told all the same. */
async function ifReadable<Value>(read: () => Value | Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}

/** ENOENT may also mean a missing symbol; then it was finit_module(2) or init_module(2) that said so. */
function isFileMissing({ error }: FailedModule): boolean {
  if (typeof error !== "object" || error === null || !("syscall" in error)) return false;
  return errorCode(error) === "ENOENT" && error.syscall === "open";
}
