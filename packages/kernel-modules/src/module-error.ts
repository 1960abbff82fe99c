/** Why a module could not be loaded; see {@link ModuleError}. */
export interface ModuleFailure {
  /** The name of a system error: what the kernel answered, or the nearest to what is wrong. */
  readonly code: string;
  /** The module, by the kernel's name. */
  readonly module: string;
  /** The file of the module, where there is one. */
  readonly file?: string | undefined;
  /** Whether the module, or its file, is not there at all. */
  readonly missing?: boolean | undefined;
  readonly cause?: unknown;
}

/**
 * A module that could not be loaded, and what that means. Its `code` is the kernel's answer (`ENOEXEC`,
 * `EKEYREJECTED`, …), or `ENOENT` for a module that is not there, `ELOOP` for modules that need each
 * other, `EPERM` for one that `modprobe.d` keeps from being loaded plainly.
 *
 * Recognise it by `code`, never by `instanceof`.
 */
export class ModuleError extends Error {
  override readonly name: string = "ModuleError";
  readonly code: string;
  /** The module, by the kernel's name. */
  readonly module: string;
  /** The file of the module, where there is one. */
  readonly file?: string;
  /** Whether the module, or its file, is not there at all. */
  readonly missing: boolean;

  constructor(message: string, { code, module, file, missing = false, cause }: ModuleFailure) {
    super(message, { cause });
    this.code = code;
    this.module = module;
    this.missing = missing;
    if (file !== undefined) this.file = file;
  }
}
