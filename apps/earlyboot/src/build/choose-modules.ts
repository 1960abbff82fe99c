import { matchAlias, moduleName, type ModuleIndex } from "@earlyboot/kernel-modules";
import { nearestWord } from "@earlyboot/linux-syscalls";
import { CommandError } from "../command-error.ts";
import {
  fileSystemHelpers,
  genericDirectories,
  genericModules,
  guestModules,
  rootFileSystems,
} from "./module-sets.ts";

/** Which modules an image holds: what this machine needs, what any needs, what QEMU needs, or a list. */
export type ModuleChoice = "auto" | "generic" | "guest" | readonly string[];

/** What a machine says that it needs. */
export interface MachineFacts {
  /** The names of loaded modules. */
  readonly loaded: readonly string[];
  /** The `modalias` of every device. */
  readonly aliases: readonly string[];
}

/**
 * The names of the modules of a choice that are files of this kernel, with those for `fileSystems`.
 *
 * @throws CommandError for a name of a list that this kernel does not know.
 */
export function chooseModules(
  index: ModuleIndex,
  choice: ModuleChoice,
  fileSystems: readonly string[],
  machine: () => MachineFacts,
): string[] {
  const wanted = [...namesOf(index, choice, machine), ...fileSystems.flatMap(modulesForFileSystem)];
  const files = wanted.map((name) => moduleName(name)).filter((name) => index.modules.has(name));
  return [...new Set(files)];
}

function namesOf(
  index: ModuleIndex,
  choice: ModuleChoice,
  machine: () => MachineFacts,
): readonly string[] {
  if (choice === "guest") return guestModules;
  if (choice === "generic") return generic(index);
  if (choice === "auto") return auto(index, machine());
  for (const name of choice) requireModule(index, name);
  return choice;
}

/** The modules that mounting a file system of a type may need. */
function modulesForFileSystem(type: string): readonly string[] {
  return [type, ...(fileSystemHelpers[type] ?? [])];
}

function generic(index: ModuleIndex): string[] {
  const directories = genericDirectories.map((directory) => `kernel/${directory}/`);
  const files = [...index.modules.values()]
    .filter(({ path }) => directories.some((directory) => path.startsWith(directory)))
    .map(({ name }) => name);
  return [...files, ...genericModules, ...rootFileSystems.flatMap(modulesForFileSystem)];
}

function auto(index: ModuleIndex, { loaded, aliases }: MachineFacts): string[] {
  return [...loaded, ...aliases.flatMap((alias) => matchAlias(index, alias))];
}

function requireModule(index: ModuleIndex, name: string) {
  const known = moduleName(name);
  if (index.modules.has(known) || index.builtin.has(known)) return;
  const near = nearestWord(known, index.modules.keys());
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  throw new CommandError(`The kernel of ${index.directory} has no module ${name}${hint}`);
}
