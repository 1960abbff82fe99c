import { lstatSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type ElfFile, readElf } from "./elf.ts";
import { ImageError } from "./image-error.ts";

/** A shared library, or a loader, that an ELF file needs. */
export interface ElfDependency {
  /** The path where the loader looks for it. */
  readonly path: string;
  /** The file on this machine, links resolved. */
  readonly file: string;
  /** The path of the file that needs it. */
  readonly neededBy: string;
}

/** Where {@link elfDependencies} looks. */
export interface ElfDependencyOptions {
  /** A directory that stands for `/`: another machine's libraries. */
  readonly sysroot?: string;
  /** The path that the file will have in the image, which `$ORIGIN` means; default its path here. */
  readonly path?: string;
}

/**
 * Finds the shared libraries of an ELF file as ld.so(8) does — DT_RPATH, DT_RUNPATH, `$ORIGIN`, ld.so.conf(5)
 * and the built-in directories — and theirs in turn, the loader itself, and the libraries that a
 * `.note.dlopen` calls required or recommended. Of a file that is not ELF: nothing.
 *
 * A library that only ld.so.conf(5) leads to is given a path beside the C library, where a loader without
 * a cache finds it.
 *
 * @throws ImageError `library-missing`: one that is needed is nowhere.
 */
export function elfDependencies(
  file: string,
  options: ElfDependencyOptions = {},
): readonly ElfDependency[] {
  const root = readElf(file);
  if (root === undefined) return [];
  const program: ElfAt = { elf: root, file, path: options.path ?? file };
  const search = searchFor(program, options.sysroot ?? "/");
  const found = new Map<string, ElfDependency>();
  const queue = [program];
  for (const user of queue) {
    for (const dependency of directDependencies(user, search)) {
      if (found.has(dependency.path)) continue;
      found.set(dependency.path, dependency);
      const elf = readElf(dependency.file);
      if (elf !== undefined) queue.push({ elf, file: dependency.file, path: dependency.path });
    }
  }
  return [...found.values()];
}

interface ElfAt {
  readonly elf: ElfFile;
  readonly file: string;
  readonly path: string;
}

/** Where a library may be: the directory to look in, and the one it will have in the image. */
interface Place {
  readonly lookIn: string;
  readonly path: string;
}

interface Search {
  readonly sysroot: string;
  readonly machine: number;
  /** The program, whose DT_RPATH counts for its libraries too. */
  readonly program: ElfAt;
  /** The directories of ld.so.conf(5), and those that are built in. */
  readonly common: readonly Place[];
}

const builtIn = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"];
const debianTriplet: Readonly<Record<number, string>> = {
  62: "x86_64-linux-gnu",
  183: "aarch64-linux-gnu",
};

function searchFor(program: ElfAt, sysroot: string): Search {
  const { machine } = program.elf;
  const triplet = debianTriplet[machine];
  const debian = triplet === undefined ? [] : [`/lib/${triplet}`, `/usr/lib/${triplet}`];
  const defaults = [...debian, ...builtIn];
  const holdsLibc = (directory: string): boolean =>
    elfInside(sysroot, join(directory, "libc.so.6"), machine) !== undefined;
  const besideLibc = defaults.find(holdsLibc) ?? "/lib";
  const configured = loaderConfiguration(sysroot, "/etc/ld.so.conf").map((lookIn) => ({
    lookIn,
    path: defaults.includes(lookIn) ? lookIn : besideLibc,
  }));
  const common = [...configured, ...defaults.map((lookIn) => ({ lookIn, path: lookIn }))];
  return { sysroot, machine, program, common };
}

/** The directories that ld.so.conf(5) names, with those of the files that it includes. */
function loaderConfiguration(sysroot: string, path: string): readonly string[] {
  const file = resolveInside(sysroot, path);
  if (file === undefined) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line) => {
    const words = line
      .replace(/#.*/, "")
      .split(/[\s,:]+/)
      .filter((word) => word !== "");
    if (words[0] !== "include") return words.filter((word) => word.startsWith("/"));
    return words
      .slice(1)
      .flatMap((pattern) => matchingFiles(sysroot, resolve(dirname(path), pattern)))
      .flatMap((included) => loaderConfiguration(sysroot, included));
  });
}

/** The files that a pattern with `*` in its last part names, sorted. */
function matchingFiles(sysroot: string, pattern: string): readonly string[] {
  const directory = resolveInside(sysroot, dirname(pattern));
  if (directory === undefined) return [];
  const [before = "", after = ""] = basename(pattern).split("*");
  const names = readdirSync(directory).filter(
    (name) => name.startsWith(before) && name.endsWith(after),
  );
  return names.toSorted().map((name) => join(dirname(pattern), name));
}

function* directDependencies(user: ElfAt, search: Search): Generator<ElfDependency> {
  const { interpreter, needed, dlopen } = user.elf;
  if (interpreter !== undefined) yield required(interpreter, user, search);
  for (const name of needed) yield required(name, user, search);
  for (const note of dlopen) {
    if (note.priority === "suggested") continue;
    const found = note.soname
      .map((name) => locate(name, user, search))
      .find((one) => one !== undefined);
    if (found !== undefined) yield found;
    else if (note.priority === "required") throw missing(note.soname.join(" or "), user, search);
  }
}

function required(name: string, user: ElfAt, search: Search): ElfDependency {
  const found = locate(name, user, search);
  if (found === undefined) throw missing(name, user, search);
  return found;
}

function missing(name: string, user: ElfAt, search: Search): ImageError {
  const where = search.sysroot === "/" ? "" : ` below ${search.sysroot}`;
  const directories = new Set(placesFor(user, search).map(({ lookIn }) => lookIn));
  const looked = name.includes("/") ? "" : ` (looked in ${[...directories].join(", ")})`;
  return new ImageError(
    "library-missing",
    `${user.path} needs ${name}, which is not there${where} for its type of machine${looked}: ` +
      "install its package, or name a sysroot that has it",
  );
}

function locate(name: string, user: ElfAt, search: Search): ElfDependency | undefined {
  if (name.includes("/")) return dependencyAt(name, name, user, search);
  for (const { lookIn, path } of placesFor(user, search)) {
    const found = dependencyAt(join(lookIn, name), join(path, name), user, search);
    if (found !== undefined) return found;
  }
  return undefined;
}

function dependencyAt(
  lookAt: string,
  path: string,
  user: ElfAt,
  { sysroot, machine }: Search,
): ElfDependency | undefined {
  const file = elfInside(sysroot, lookAt, machine);
  return file === undefined ? undefined : { path, file, neededBy: user.path };
}

/** DT_RPATH, also the program's, counts only without a DT_RUNPATH; either before the common directories. */
function placesFor(user: ElfAt, { sysroot, program, common }: Search): readonly Place[] {
  const own =
    user.elf.runpath.length > 0
      ? expand(user.elf.runpath, user, sysroot)
      : [...expand(user.elf.rpath, user, sysroot), ...expand(program.elf.rpath, program, sysroot)];
  return [...own, ...common];
}

/** `$ORIGIN` is looked up beside the file here, and means the directory beside it in the image. */
function expand(directories: readonly string[], user: ElfAt, sysroot: string): readonly Place[] {
  const here = user.file.startsWith(`${sysroot}/`) ? user.file.slice(sysroot.length) : user.file;
  return directories
    .map((directory) => ({
      lookIn: join(directory.replace(origin, dirname(here))),
      path: join(directory.replace(origin, dirname(user.path))),
    }))
    .filter(({ lookIn }) => !lookIn.includes("$"));
}

const origin = /\$(?:ORIGIN|\{ORIGIN\})/;

/** The file behind a path, when it is ELF for this machine type. */
function elfInside(sysroot: string, path: string, machine: number): string | undefined {
  const file = resolveInside(sysroot, path);
  if (file === undefined || !lstatSync(file).isFile()) return undefined;
  return readElf(file)?.machine === machine ? file : undefined;
}

/** The real path of `path` with `sysroot` as `/`, which no link leaves; `undefined` when it is not there. */
function resolveInside(sysroot: string, path: string): string | undefined {
  let [parts, inside, links] = [path.split("/").filter(Boolean), "/", 0];
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const next = join(inside, part);
    const status = lstatSync(join(sysroot, next), { throwIfNoEntry: false });
    if (status === undefined || links > 40) return undefined;
    if (!status.isSymbolicLink()) {
      inside = next;
      continue;
    }
    const target = readlinkSync(join(sysroot, next));
    if (target.startsWith("/")) inside = "/";
    parts = [...target.split("/").filter(Boolean), ...parts];
    links += 1;
  }
  return join(sysroot, inside);
}
