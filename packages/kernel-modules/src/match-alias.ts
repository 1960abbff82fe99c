import { normaliseAlias } from "./normalise-alias.ts";
import { matchesPattern } from "./matches-pattern.ts";
import type { ModuleIndex } from "./module-index.ts";
import { moduleName } from "./module-name.ts";

/** A module that answers to an alias. */
export interface ModuleMatch {
  readonly module: string;
  /** The alias by which lines of `options` may mean it; `undefined` where it was asked for by its own name. */
  readonly alias?: string;
}

/**
 * The modules that an alias stands for, as `modprobe -R` names them: a modalias of the hardware
 * (`pci:v00001AF4d00001001…`), another alias (`fs-ext4`, `symbol:jbd2_journal_start`) or a module's own name.
 * Empty where nothing answers to it.
 *
 * The first of these that knows the alias decides: `modprobe.d`, the modules' own names,
 * `modules.symbols`, `modules.alias`, the kernel's own parts. The blacklist is left to the caller.
 */
export function matchAlias(index: ModuleIndex, alias: string): readonly string[] {
  return findModules(index, alias).map(({ module }) => module);
}

/**
 * The same, each with the alias by which it was found. An alias of `modprobe.d` is found as it is written there, and
 * may stand for another alias; `path` are those that led here.
 */
export function findModules(
  index: ModuleIndex,
  asked: string,
  path: readonly string[] = [],
): readonly ModuleMatch[] {
  const alias = normaliseAlias(asked);
  const configured = index.configuration.aliases.filter(([pattern]) =>
    matchesPattern(pattern, alias),
  );
  if (configured.length > 0) {
    const found = configured.flatMap(([pattern, module]) => follow(index, pattern, module, path));
    return found.filter(
      ({ module }, place) => place === found.findIndex((match) => match.module === module),
    );
  }
  const name = moduleName(asked);
  if (isName(asked) && index.modules.has(name)) return [{ module: name }];
  return otherModules(index, asked, name).map((module) =>
    module === name ? { module } : { module, alias },
  );
}

/** What an alias of `modprobe.d` stands for: a module, or else what answers to that in its turn. */
function follow(
  index: ModuleIndex,
  alias: string,
  module: string,
  path: readonly string[],
): readonly ModuleMatch[] {
  const match = { module, alias };
  if (index.modules.has(module) || path.includes(module)) return [match];
  const further = findModules(index, module, [...path, module]);
  return further.length === 0 ? [match] : further;
}

function otherModules(index: ModuleIndex, alias: string, name: string): readonly string[] {
  if (alias.startsWith("symbol:")) return index.symbols.match(alias);
  const matched = index.aliases.match(alias);
  if (matched.length > 0) return matched;
  if (isName(alias) && index.builtin.has(name)) return [name];
  return index.builtinAliases.match(alias);
}

/** Whether it can be a module's name at all: those of the hardware have a colon. */
function isName(alias: string): boolean {
  return !/[:/.]/.test(alias);
}
