import {
  genericModules,
  matchAlias,
  moduleName,
  type ModuleIndex,
} from "@earlyboot/kernel-modules";
import { nearestWord } from "@earlyboot/linux-syscalls";
import { fileSystemModules } from "@earlyboot/mount-spec";
import { CommandError } from "../command-error.ts";
import { guestModules } from "./module-sets.ts";

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
  const wanted = [...namesOf(index, choice, machine), ...fileSystems.flatMap(fileSystemModules)];
  const files = wanted
    .flatMap((name) => matchAlias(index, name))
    .filter((name) => index.modules.has(name));
  return [...new Set(files)];
}

function namesOf(
  index: ModuleIndex,
  choice: ModuleChoice,
  machine: () => MachineFacts,
): readonly string[] {
  if (choice === "guest") return guestModules;
  if (choice === "generic") return genericModules(index);
  if (choice === "auto") return auto(machine());
  for (const name of choice) requireModule(index, name);
  return choice;
}

function auto({ loaded, aliases }: MachineFacts): string[] {
  return [...loaded, ...aliases];
}

function requireModule(index: ModuleIndex, name: string) {
  const known = moduleName(name);
  if (index.modules.has(known) || index.builtin.has(known)) return;
  const near = nearestWord(known, index.modules.keys());
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  throw new CommandError(`The kernel of ${index.directory} has no module ${name}${hint}`);
}
