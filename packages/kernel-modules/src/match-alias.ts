import { normaliseAlias } from "./normalise-alias.ts";
import { matchesPattern } from "./matches-pattern.ts";
import type { ModuleIndex } from "./module-index.ts";
import { moduleName } from "./module-name.ts";

/**
 * The modules that an alias stands for, as `modprobe -R` names them: a modalias of the hardware
 * (`pci:v00001AF4d00001001…`), another alias (`fs-ext4`, `symbol:jbd2_journal_start`) or a module's own name.
 * Empty where nothing answers to it.
 *
 * The first of these that knows the alias decides: `modprobe.d`, the modules' own names,
 * `modules.symbols`, `modules.alias`, the kernel's own parts. The blacklist is left to the caller.
 */
export function matchAlias(index: ModuleIndex, alias: string): readonly string[] {
  const configured = configuredModules(index, normaliseAlias(alias));
  if (configured.length > 0) return configured;
  const name = moduleName(alias);
  if (isName(alias) && index.modules.has(name)) return [name];
  if (alias.startsWith("symbol:")) return index.symbols.match(alias);
  const matched = index.aliases.match(alias);
  if (matched.length > 0) return matched;
  if (isName(alias) && index.builtin.has(name)) return [name];
  return index.builtinAliases.match(alias);
}

function configuredModules({ configuration }: ModuleIndex, alias: string): readonly string[] {
  const found = configuration.aliases.filter(([pattern]) => matchesPattern(pattern, alias));
  return [...new Set(found.map(([, module]) => module))];
}

/** Whether it can be a module's name at all: those of the hardware have a colon. */
function isName(alias: string): boolean {
  return !/[:/.]/.test(alias);
}
