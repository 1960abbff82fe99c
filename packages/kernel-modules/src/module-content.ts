import { errorCode, type Linux } from "@earlyboot/linux-syscalls";

import { ModuleError } from "./module-error.ts";
import { moduleName } from "./module-name.ts";
import { wordsOf } from "./words-of.ts";

/** Decompresses the whole content of a file, at once or by and by. */
export type Decompress = (compressed: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** How a module's file may be compressed, by its ending. */
export type Compression = "gz" | "xz" | "zst";

/** How to decompress modules where the kernel does not. */
export type Decompressors = Partial<Readonly<Record<Compression, Decompress>>>;

/** How a module's file is compressed, by its name. */
export function compressionOf(file: string): Compression | undefined {
  const ending = file.slice(file.lastIndexOf(".") + 1);
  return ending === "gz" || ending === "xz" || ending === "zst" ? ending : undefined;
}

/** The one format that the kernel decompresses itself. */
export function kernelCompression(linux: Pick<Linux, "readText">): Compression | undefined {
  try {
    return formats.get(linux.readText("/sys/module/compression").trim());
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

const formats: ReadonlyMap<string, Compression> = new Map([
  ["gzip", "gz"],
  ["xz", "xz"],
  ["zstd", "zst"],
]);

/**
 * The bytes of a module, decompressed where its name says that they are compressed.
 *
 * @throws RangeError without a decompressor for the format; ModuleError when the decompressor fails.
 */
export function moduleContent(
  linux: Pick<Linux, "readFile">,
  file: string,
  decompressors: Decompressors = {},
): Uint8Array | Promise<Uint8Array> {
  const content = linux.readFile(file);
  const compression = compressionOf(file);
  if (compression === undefined) return content;
  const decompress = decompressors[compression];
  if (decompress === undefined)
    throw new RangeError(`${file}: nothing here decompresses .${compression}`);
  const fail = (error: unknown): never => {
    throw cannotDecompress(file, error);
  };
  try {
    const decompressed = decompress(content);
    return "then" in decompressed ? decompressed.catch(fail) : decompressed;
  } catch (error) {
    return fail(error);
  }
}

/** The code is EBADMSG, unless the decompressor has one that says more than those of zlib. */
function cannotDecompress(file: string, error: unknown): ModuleError {
  const module = moduleName(file);
  const reason = wordsOf(error);
  const named = errorCode(error);
  const code = named === undefined || ofTheHost.test(named) ? "EBADMSG" : named;
  const message = `${module} cannot be decompressed: ${reason} ('${file}').`;
  return new ModuleError(message, { code, module, file, cause: error });
}

/** `Z_BUF_ERROR`, `ZSTD_error_corruption_detected`, `ERR_MODULE_NOT_FOUND` */
const ofTheHost = /^(?:ERR|Z|ZSTD)_/;
