import { errorCode, type Linux } from "@earlyboot/linux-syscalls";

import { parseAliases, type AliasTable } from "./alias-table.ts";
import { moduleContent, type Decompressors } from "./module-content.ts";
import { ModuleError } from "./module-error.ts";
import { moduleName } from "./module-name.ts";
import {
  parseModprobeConfiguration,
  type ConfigurationFile,
  type ModprobeConfiguration,
} from "./modprobe-configuration.ts";

/** A module that is a file. */
export interface ModuleFile {
  /** The name by which the kernel knows it: `virtio_blk`. */
  readonly name: string;
  /** Its path below the directory of the index: `kernel/drivers/block/virtio_blk.ko`. */
  readonly path: string;
  /** The paths of the modules whose symbols it uses, and of theirs, as `modules.dep` lists them. */
  readonly needed: string;
}

/** The names of the modules whose symbols a module uses, and of theirs, in the order in which they load. */
export function dependencyNames({ needed }: Pick<ModuleFile, "needed">): readonly string[] {
  return needed === "" ? [] : needed.split(/ +/).map(moduleName).toReversed();
}

/** What depmod(8) and `modprobe.d` know about the modules of a kernel. */
export interface ModuleIndex {
  /** The directory of the modules: `/lib/modules/6.1.0-56-amd64`. */
  readonly directory: string;
  /** Every module that is a file, by name: `modules.dep`. */
  readonly modules: ReadonlyMap<string, ModuleFile>;
  /** The names of what is part of the kernel itself: `modules.builtin`. */
  readonly builtin: ReadonlySet<string>;
  /** `modules.alias` */
  readonly aliases: AliasTable;
  /** `modules.symbols`: `symbol:NAME` stands for the module that exports it. */
  readonly symbols: AliasTable;
  /** The aliases of what is part of the kernel itself: `modules.builtin.modinfo`. */
  readonly builtinAliases: AliasTable;
  /** Nodes in `/dev` whose first use would load a module, as lines: `modules.devname`. */
  readonly deviceNames: string;
  /** `modprobe.d`, `modules.softdep` and `modules.weakdep`. */
  readonly configuration: ModprobeConfiguration;
  /** How to decompress modules where the kernel does not. */
  readonly decompressors: Decompressors;
  /** One of depmod's files as it is; empty where there is none. */
  readText(name: string): string;
  /**
   * The content of a module's file, decompressed.
   *
   * @throws RangeError when nothing decompresses it at once.
   */
  readModule(module: ModuleFile): Uint8Array;
}

/** How {@link readModuleIndex} reads. */
export interface ModuleIndexOptions {
  /** Directories of `*.conf` files; a file hides those of the same name in later ones. */
  readonly configuration?: readonly string[];
  /** How to decompress modules, for image building and for kernels that cannot do it. */
  readonly decompressors?: Decompressors;
}

/** Where modprobe(8) looks for its configuration. */
const modprobeDirectories = [
  "/etc/modprobe.d",
  "/run/modprobe.d",
  "/usr/local/lib/modprobe.d",
  "/usr/lib/modprobe.d",
  "/lib/modprobe.d",
] as const;

/** The directory of the running kernel's modules: `/lib/modules/RELEASE`. */
export function moduleDirectory(linux: Pick<Linux, "readText">): string {
  return `/lib/modules/${runningRelease(linux)}`;
}

/** The running kernel's release, as `uname -r` prints it. */
export function runningRelease(linux: Pick<Linux, "readText">): string {
  return linux.readText("/proc/sys/kernel/osrelease").trim();
}

/**
 * Reads the tables of depmod(8) in `directory`, and modprobe.d(5).
 *
 * Each table but `modules.dep` is opened when something first asks for it. A missing table is an empty one.
 *
 * @throws ModuleError ENOENT without `modules.dep`: names the kernels whose modules are there.
 */
export function readModuleIndex(
  linux: Pick<Linux, "readText" | "readFile" | "readDirectory">,
  directory: string,
  options: ModuleIndexOptions = {},
): ModuleIndex {
  const { decompressors = {} } = options;
  const readText = (name: string) => readOptional(linux, `${directory}/${name}`) ?? "";
  const dependencies = readOptional(linux, `${directory}/modules.dep`);
  if (dependencies === undefined) throw noModules(linux, directory);
  const modules = parseDependencies(dependencies);
  const builtin = once(() => new Set(lines(readText("modules.builtin")).map(moduleName)));
  const aliases = once(() => parseAliases(readText("modules.alias")));
  const symbols = once(() => parseAliases(readText("modules.symbols")));
  const builtinAliases = once(() => parseAliases(aliasLines(readText("modules.builtin.modinfo"))));
  const configuration = once(() =>
    parseModprobeConfiguration([
      ...configurationFiles(linux, options.configuration ?? modprobeDirectories),
      ...["modules.softdep", "modules.weakdep"].map((name) => ({
        path: `${directory}/${name}`,
        text: readText(name),
      })),
    ]),
  );
  return {
    directory,
    modules,
    get builtin() {
      return builtin();
    },
    get aliases() {
      return aliases();
    },
    get symbols() {
      return symbols();
    },
    get builtinAliases() {
      return builtinAliases();
    },
    get deviceNames() {
      return readText("modules.devname");
    },
    get configuration() {
      return configuration();
    },
    decompressors,
    readText,
    readModule: ({ path }) => readNow(linux, modulePath(directory, path), decompressors),
  };
}

function readNow(
  linux: Pick<Linux, "readFile">,
  file: string,
  decompressors: Decompressors,
): Uint8Array {
  const content = moduleContent(linux, file, decompressors);
  if (!("then" in content)) return content;
  content.catch(() => {});
  throw new RangeError(`${file}: nothing here decompresses it at once`);
}

/** The whole path of a module's file; depmod(8) writes those outside the directory in full. */
export function modulePath(directory: string, path: string): string {
  return path.startsWith("/") ? path : `${directory}/${path}`;
}

function readOptional(linux: Pick<Linux, "readText">, path: string): string | undefined {
  try {
    return linux.readText(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function noModules(linux: Pick<Linux, "readDirectory">, directory: string): ModuleError {
  const slash = directory.lastIndexOf("/");
  const others = namesIn(linux, directory.slice(0, slash)).join(", ");
  const seen = others === "" ? "no kernel's" : `those of ${others}`;
  return new ModuleError(
    `There is no ${directory}/modules.dep: of the modules, ${seen} are here. ` +
      `Use an image that was made for the running kernel, ${directory.slice(slash + 1)}.`,
    { code: "ENOENT", module: "", file: `${directory}/modules.dep` },
  );
}

function namesIn(linux: Pick<Linux, "readDirectory">, directory: string): readonly string[] {
  try {
    return linux.readDirectory(directory).map((entry) => entry.name);
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return [];
    throw error;
  }
}

/** In the order of modprobe(8): by name, whichever directory a file is in. */
function configurationFiles(
  linux: Pick<Linux, "readText" | "readDirectory">,
  directories: readonly string[],
): readonly ConfigurationFile[] {
  const pathOf = new Map<string, string>();
  for (const directory of directories) {
    for (const name of namesIn(linux, directory)) {
      if (name.endsWith(".conf") && !pathOf.has(name)) pathOf.set(name, `${directory}/${name}`);
    }
  }
  const paths = [...pathOf.keys()].toSorted().map((name) => pathOf.get(name) ?? "");
  return paths.map((path) => readConfiguration(linux, path));
}

function readConfiguration(linux: Pick<Linux, "readText">, path: string): ConfigurationFile {
  try {
    return { path, text: linux.readText(path) };
  } catch (error) {
    return { path, text: "", error };
  }
}

/** Lines that depmod(8) did not write, as an interrupted copy leaves them, are none. */
function parseDependencies(text: string): ReadonlyMap<string, ModuleFile> {
  const modules = new Map<string, ModuleFile>();
  for (const line of lines(text)) {
    const colon = line.indexOf(":");
    if (colon === -1) continue;
    const path = line.slice(0, colon);
    const name = moduleName(path);
    modules.set(name, { name, path, needed: line.slice(colon + 1).trim() });
  }
  return modules;
}

/** The aliases among the `NAME.KEY=VALUE` of `modules.builtin.modinfo`, as lines of `modules.alias`. */
function aliasLines(text: string): string {
  const found = text.matchAll(/(?:^|\0)([^.\0]+)\.alias=([^\0]*)/g);
  return Array.from(found, ([, name, alias]) => `alias ${alias} ${name}\n`).join("");
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** Makes a value when it is first asked for. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
