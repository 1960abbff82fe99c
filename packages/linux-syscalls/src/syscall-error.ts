import { type ErrorRow, errorTable } from "./error-table.ts";

/** What a {@link SyscallError} is made of. */
export interface SyscallFailure {
  /** The error's name (`"ENOENT"`) or its positive number (`2`). */
  readonly error: string | number;
  /** The call, by the name of its manual page: `"mount"`. */
  readonly syscall: string;
  /** The object of the call; for mount(2), the target. */
  readonly path?: string | undefined;
  /** The second object, of a call that has two. */
  readonly dest?: string | undefined;
}

/**
 * What the kernel answered to a call that failed, with Node's own fields and wording:
 * `EBUSY: device or resource busy, umount2 '/mnt'`.
 *
 * Recognise it by `code`, never by `instanceof`: two copies of a package are two classes.
 */
export class SyscallError extends Error {
  override readonly name: string = "SyscallError";
  /** The error's name: `"ENOENT"`. */
  readonly code: string;
  /** The negative error number, as in Node: `-2`. */
  readonly errno: number;
  /** The call, by the name of its manual page. */
  readonly syscall: string;
  /** The object of the call. */
  declare readonly path?: string;
  /** The second object, of a call that has two. */
  declare readonly dest?: string;

  constructor({ error, syscall, path, dest }: SyscallFailure) {
    const code = typeof error === "number" ? errorName(error) : error;
    const objects = [path, dest].filter((object) => object !== undefined);
    const tail = objects.map((object) => `'${object}'`).join(" -> ");
    super(`${code}: ${errorText(code)}, ${syscall}${tail === "" ? "" : ` ${tail}`}`);
    this.code = code;
    this.errno = -(typeof error === "number" ? error : errorNumber(error));
    this.syscall = syscall;
    if (path !== undefined) this.path = path;
    if (dest !== undefined) this.dest = dest;
  }
}

/** The name of a positive error number: `2` is `"ENOENT"`; an unknown one is `"E999"`. */
export function errorName(errno: number): string {
  const positive = Math.abs(errno);
  // No index: those that are met stand in front, and making one costs each boot more than it saves.
  return errorTable.find(([, number]) => number === positive)?.[0] ?? `E${positive}`;
}

/** The positive number of an error's name: `"ENOENT"` is `2`; of an unknown name, `0`. */
export function errorNumber(name: string): number {
  return rowOf(name)?.[1] ?? 0;
}

/** The C library's words for an error's name, in lower case: `"no such file or directory"`. */
export function errorText(name: string): string {
  return rowOf(name)?.[2] ?? "unknown error";
}

function rowOf(name: string): ErrorRow | undefined {
  return errorTable.find(([each]) => each === name);
}

/** The `code` of anything thrown: `"ENOENT"` of a failed call, `undefined` of everything else. */
export function errorCode(error: unknown): string | undefined {
  try {
    if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
    return typeof error.code === "string" ? error.code : undefined;
  } catch {
    // Somebody's object that throws when it is looked at.
    return undefined;
  }
}
