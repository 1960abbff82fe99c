import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import {
  type ClosureModule,
  type IndexFile,
  cutModuleIndex,
  genericModules,
  matchesPattern,
  moduleClosure,
  readModuleIndex,
} from "@earlyboot/kernel-modules";
import { errorCode, type DirectoryEntry } from "@earlyboot/linux-syscalls";
import { elfMachine } from "./elf-machine.ts";
import { ImageError } from "./image-error.ts";
import type { Architecture, ModuleOptions, PlannedEntry } from "./plan.ts";

/** Modules, their index and their firmware, as entries of an image. */
export interface PlannedModules {
  readonly entries: readonly PlannedEntry[];
  /** Firmware that is not on this machine. */
  readonly warnings: readonly string[];
}

/**
 * Plans the modules asked for with all that they need, depmod(8)'s tables cut down to them, and their firmware.
 *
 * @throws ImageError `module-missing`: one that is neither a file nor part of the kernel; `bad-option`: they are for
 *   another machine than the image.
 */
export function planModules(options: ModuleOptions, architecture: Architecture): PlannedModules {
  const directory = options.directory ?? `/lib/modules/${options.version}`;
  const index = readModuleIndex(hostFiles, directory, {
    configuration: [],
    decompressors: { gz: gunzipSync, xz: unxz, zst: zstdDecompressSync },
  });
  const { modules, missing } = moduleClosure(index, options.names);
  if (missing.length > 0) throw modulesMissing(missing, directory);
  checkMachine(modules, directory, architecture);
  const target = `/lib/modules/${options.version}`;
  const keep = options.keepCompressed ?? false;
  const firmware = planFirmware(modules, options);
  return {
    entries: [
      ...modules.map((module) => moduleEntry(module, directory, target, keep)),
      ...cutModuleIndex(
        index,
        modules.map(({ name }) => name),
        {
          absent: genericModules(index),
          pathOf: ({ path }) => (keep ? path : unpackedPath(path)),
        },
      ).map((table) => tableEntry(table, target)),
      ...firmware.entries,
    ],
    warnings: firmware.warnings,
  };
}

/** What a module's file holds, decompressed as its name says. */
export function unpackModule(file: string): Uint8Array {
  const content = readFileSync(file);
  if (file.endsWith(".gz")) return gunzipSync(content);
  if (file.endsWith(".zst")) return zstdDecompressSync(content);
  return file.endsWith(".xz") ? unxz(content) : content;
}

const hostFiles = {
  readFile: (path: string): Uint8Array => readFileSync(path),
  readText: (path: string): string => readFileSync(path, "utf8"),
  readDirectory: (path: string): readonly DirectoryEntry[] =>
    readdirSync(path)
      .toSorted()
      .map((name) => ({ name, kind: "unknown" })),
};

function unxz(content: Uint8Array): Uint8Array {
  const { error, status, stdout, stderr } = spawnSync("xz", ["-dc"], {
    input: content,
    maxBuffer: 1 << 30,
  });
  if (error !== undefined && errorCode(error) === "ENOENT")
    throw new ImageError("program-missing", "xz is not installed", { cause: error });
  if (status === 0) return stdout;
  const words = error?.message ?? stderr.toString().trim();
  throw new ImageError("bad-archive", words, { cause: error });
}

/** All modules of a kernel are for one machine. */
function checkMachine(
  [module]: readonly ClosureModule[],
  directory: string,
  architecture: Architecture,
): void {
  if (module === undefined) return;
  const bytes = unpackModule(join(directory, module.path));
  const number = (bytes[18] ?? 0) | ((bytes[19] ?? 0) << 8);
  const other = Object.entries(elfMachine).find(([, machine]) => machine === number)?.[0];
  if (other === undefined || other === architecture) return;
  throw new ImageError(
    "bad-option",
    `the modules below ${directory} are for ${other}, and the image is to be for ${architecture}`,
  );
}

function modulesMissing(missing: readonly string[], directory: string): ImageError {
  return new ImageError(
    "module-missing",
    `${missing.join(", ")}: no such module below ${directory}, nor in the kernel itself. ` +
      "Is the name right, and are the modules those of this kernel?",
  );
}

/** Unpacked, modules lose the ending that says how they were compressed, here and in the tables. */
function unpackedPath(path: string): string {
  return path.replace(/\.(?:gz|xz|zst)$/, "");
}

function moduleEntry(
  module: ClosureModule,
  directory: string,
  target: string,
  keep: boolean,
): PlannedEntry {
  const file = join(directory, module.path);
  return {
    path: join(target, keep ? module.path : unpackedPath(module.path)),
    kind: "file",
    mode: 0o644,
    reason: `module ${module.name}`,
    source: { kind: keep ? "file" : "unpacked", file },
  };
}

function tableEntry({ name, text }: IndexFile, target: string): PlannedEntry {
  const reason = "what the modules are for and need";
  return {
    path: join(target, name),
    kind: "file",
    mode: 0o644,
    reason,
    source: { kind: "text", text },
  };
}

function planFirmware(modules: readonly ClosureModule[], options: ModuleOptions): PlannedModules {
  const directories = options.firmware ?? firmwareDirectories(options.version);
  const entries: PlannedEntry[] = [];
  const warnings: string[] = [];
  for (const module of modules) {
    for (const pattern of module.firmware) {
      const found = findFirmware(directories, pattern);
      if (found.length === 0)
        warnings.push(`${module.name} may ask for the firmware ${pattern}, which is not here`);
      entries.push(...found.map(({ name, file }) => firmwareEntry(name, file, module.name)));
    }
  }
  return { entries, warnings };
}

/** Where the kernel looks, in its order; see Documentation/driver-api/firmware/fw_search_path.rst. */
function firmwareDirectories(version: string): readonly string[] {
  return [`updates/${version}`, "updates", version, ""].map((name) => join("/lib/firmware", name));
}

interface FirmwareFile {
  readonly name: string;
  readonly file: string;
}

/** The files that a name or a pattern means, plain or as compressed as the kernel can read them. */
function findFirmware(directories: readonly string[], pattern: string): readonly FirmwareFile[] {
  for (const directory of directories) {
    const below = join(directory, dirname(pattern));
    const names = existsSync(below) ? readdirSync(below).toSorted() : [];
    const wanted = names.filter((name) => isFirmware(name, basename(pattern)));
    if (wanted.length > 0) {
      return wanted.map((name) => ({
        name: join(dirname(pattern), name),
        file: join(below, name),
      }));
    }
  }
  return [];
}

function isFirmware(name: string, pattern: string): boolean {
  return ["", ".zst", ".xz"].some((ending) => matchesPattern(`${pattern}${ending}`, name));
}

function firmwareEntry(name: string, file: string, module: string): PlannedEntry {
  return {
    path: `/lib/firmware/${name}`,
    kind: "file",
    mode: 0o644,
    reason: `firmware for ${module}`,
    source: { kind: "file", file },
  };
}
