import { checkDeclaration, locationOf } from "./check-declaration.ts";
import { DeclarationError, type DeclarationFault, type Location } from "./declaration-error.ts";
import type { DeviceSpecification } from "./device-specification.ts";
import type { FileSystemFlag } from "./flags.ts";
import { noteCaller } from "./location.ts";
import { sortForMounting } from "./sort-for-mounting.ts";

/** How far a checker may go: repair what is safe, repair everything, or never write. */
export type Repair = "preen" | boolean;

/** A declared file system: what to mount, where and how. {@link fileSystem} makes one, frozen. */
export interface FileSystem {
  readonly device: DeviceSpecification;
  /** An absolute path. */
  readonly mountPoint: string;
  /** `ext4`, `tmpfs`, …; `none` for a bind mount. */
  readonly type: string;
  readonly flags: readonly FileSystemFlag[];
  /** Passed to the file system untouched. */
  readonly options: string | null;
  /** Whether to mount it at all. */
  readonly mount: boolean;
  /** Whether a missing device or a failed call is only a warning. */
  readonly mountMayFail: boolean;
  /** Whether it is mounted before the real root is entered; see {@link isNeededForBoot}. */
  readonly neededForBoot: boolean;
  /** Whether to check it first. */
  readonly check: boolean;
  readonly skipCheckIfClean: boolean;
  readonly repair: Repair;
  /** Whether to make the mount point: a directory, or a file for a bind mount of a file. */
  readonly createMountPoint: boolean;
  /** What is mounted before this and unmounted after it: file systems, and mapped devices by name. */
  readonly dependencies: readonly (FileSystem | string)[];
  /** Where it was declared. Not enumerable: neither copied, nor compared, nor written. */
  readonly location?: Location;
}

/**
 * What {@link fileSystem} takes: the fields of {@link FileSystem}, of which three have no default. The
 * device of an old declaration is a text, with a title that says what it means.
 */
export type FileSystemDeclaration = (
  | { readonly device: DeviceSpecification; readonly title?: never }
  | { readonly device: string; readonly title: DeviceTitle }
) & {
  readonly mountPoint: string;
  readonly type: string;
  /** Default none. */
  readonly flags?: readonly FileSystemFlag[];
  /** Default null. */
  readonly options?: string | null;
  /** Default true. */
  readonly mount?: boolean;
  /** Default false. */
  readonly mountMayFail?: boolean;
  /** Default false. */
  readonly neededForBoot?: boolean;
  /** Default true, but false for a type that no program checks. */
  readonly check?: boolean;
  /** Default true. */
  readonly skipCheckIfClean?: boolean;
  /** Default `"preen"`. */
  readonly repair?: Repair;
  /** Default false. */
  readonly createMountPoint?: boolean;
  /** Default none. */
  readonly dependencies?: readonly (FileSystemDeclaration | string)[];
  /** Default: the place of the call. */
  readonly location?: Location;
};

/** What the text of an old declaration's device means. */
export type DeviceTitle = "device" | "label" | "uuid";

/**
 * Makes a declared file system: fills the defaults and refuses bad input.
 *
 * @throws DeclarationError with the field, its value and what is expected: a relative mount point, an unknown
 * flag, an unknown field, a bind mount's type without its flag, a check of a type that has none, …
 * @throws DependencyCycleError when something depends on what comes after it.
 */
export function fileSystem(declaration: FileSystemDeclaration): FileSystem {
  const caller = noteCaller(fileSystem);
  const locate = (): Location | undefined => locationOf(declaration) ?? caller();
  const made = makeFileSystem(declaration, { locate, prefix: "", outer: [], made: new Map() });
  if (made.dependencies.length > 0) sortForMounting([made]);
  return made;
}

interface Making {
  /** Tells where the outermost declaration is. */
  readonly locate: () => Location | undefined;
  /** The field of it that is being read: `"dependencies[0]."`. */
  readonly prefix: string;
  /** The declarations that depend on this one. */
  readonly outer: readonly unknown[];
  /** What has been made already, since many may depend on the same. */
  readonly made: Map<unknown, FileSystem>;
}

function makeFileSystem(declaration: unknown, making: Making): FileSystem {
  const { locate, prefix, made } = making;
  const blame = (fault: DeclarationFault): DeclarationError =>
    new DeclarationError({ ...fault, field: prefix + fault.field, location: locate() });
  const outer = [...making.outer, declaration];
  const readDependency = (value: unknown, index: number): FileSystem | string => {
    const field = `dependencies[${index}]`;
    if (typeof value === "string" && value !== "") return value;
    if (isMade(value)) return value;
    if (outer.includes(value)) throw blame({ field, value, expected: "no cycle of dependencies" });
    const inner = { ...making, prefix: `${prefix}${field}.`, outer };
    return made.get(value) ?? makeFileSystem(value, inner);
  };
  const result = checkDeclaration(declaration, { strict: true, blame }, readDependency);
  made.set(declaration, result);
  return finish(result, prefix === "" ? locate : () => locationOf(declaration));
}

/**
 * Adds where a file system was declared, and that it is made, in fields that are neither copied nor compared.
 * It cannot be changed any more: what is made once need not be checked again as a dependency.
 */
function finish(fs: FileSystem, locate: () => Location | undefined): FileSystem {
  Object.defineProperty(fs, "location", { get: locate, enumerable: false });
  Object.defineProperty(fs, isMadeHere, { value: true, enumerable: false });
  Object.freeze(fs.device);
  Object.freeze(fs.flags);
  Object.freeze(fs.dependencies);
  return Object.freeze(fs);
}

const isMadeHere = Symbol("made by fileSystem");

function isMade(value: unknown): value is FileSystem {
  return typeof value === "object" && value !== null && isMadeHere in value;
}
