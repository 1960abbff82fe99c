import { dependencyNames, type ModuleFile, type ModuleIndex } from "./module-index.ts";

/** A file beside the modules of an image. */
export interface IndexFile {
  /** Its name in the directory of the modules: `modules.dep`. */
  readonly name: string;
  readonly text: string;
}

/** What {@link cutModuleIndex} leaves in. */
export interface CutOptions {
  /** Modules that the image does not hold, to be named when a device turns out to want one of them. */
  readonly absent?: Iterable<string>;
  /** The path of a module in the image, where it is another one: that of a file without compression. */
  readonly pathOf?: (module: ModuleFile) => string;
}

/** Holds the aliases of modules that an image lacks, which only matter when it cannot boot. */
export const absentAliases = "modules.alias.absent";

/**
 * The tables of depmod(8) for an image that holds only some modules. What the kernel has built in stays; the
 * tables of symbols and for `modprobe` itself (`.bin`) are left out.
 *
 * @param names The modules that the image holds, by name.
 */
export function cutModuleIndex(
  index: ModuleIndex,
  names: Iterable<string>,
  { absent = [], pathOf = ({ path }) => path }: CutOptions = {},
): readonly IndexFile[] {
  const kept = new Set(names);
  const lacking = new Set([...absent].filter((name) => !kept.has(name)));
  const pathsOf = (some: Iterable<string>) =>
    [...some].flatMap((name) => index.modules.get(name) ?? []).map(pathOf);
  const modules = [...kept].flatMap((name) => index.modules.get(name) ?? []);
  const dependencies = modules.map((module) =>
    [`${pathOf(module)}:`, ...pathsOf(dependencyNames(module).toReversed())].join(" "),
  );
  const aliases = index.readText("modules.alias");
  return [
    { name: "modules.dep", text: joinLines(dependencies) },
    { name: "modules.alias", text: linesAbout(aliases, 2, kept) },
    { name: absentAliases, text: linesAbout(aliases, 2, lacking) },
    { name: "modules.softdep", text: linesAbout(index.readText("modules.softdep"), 1, kept) },
    { name: "modules.devname", text: linesAbout(index.deviceNames, 0, kept) },
    { name: "modules.builtin", text: index.readText("modules.builtin") },
    {
      name: "modules.builtin.modinfo",
      text: ownAliases(index.readText("modules.builtin.modinfo")),
    },
  ].filter(({ name, text }) => name === "modules.dep" || text !== "");
}

/** The lines whose word at `position` is one of `names`. */
function linesAbout(text: string, position: number, names: ReadonlySet<string>): string {
  if (names.size === 0) return "";
  return joinLines(text.split("\n").filter((line) => names.has(line.split(" ")[position] ?? "")));
}

/** Of all that is known about the parts of the kernel, the aliases. */
function ownAliases(text: string): string {
  const found = text.match(/[^.\0]+\.alias=[^\0]*/g) ?? [];
  return found.map((entry) => `${entry}\0`).join("");
}

function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
