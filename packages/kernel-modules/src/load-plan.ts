import { matchAlias } from "./match-alias.ts";
import { dependencyNames, type ModuleFile, type ModuleIndex } from "./module-index.ts";

/** One module of a {@link LoadPlan}. */
export interface LoadStep {
  /** The name by which the kernel knows it. */
  readonly name: string;
  /** `undefined` for a part of the kernel itself, and for what is `missing`. */
  readonly module?: ModuleFile;
  /** Whether there is no such module. */
  readonly missing: boolean;
  /** The modules without which this one cannot be loaded. Their steps are before it. */
  readonly needs: readonly string[];
  /** The modules that are tried before this one, whatever comes of it. Their steps are before it. */
  readonly follows: readonly string[];
  /** Modules that need each other, this one among them: it cannot be loaded. */
  readonly cycle?: readonly string[];
}

/** What loading a module takes, in an order in which it can be done. */
export interface LoadPlan {
  readonly steps: readonly LoadStep[];
  /** What was asked for, by name. */
  readonly requested: readonly string[];
  /** What was asked for and is neither a module nor an alias of one. */
  readonly unknown: readonly string[];
}

/**
 * Puts modules, and all that has to be loaded with them, into the order of modprobe(8): dependencies
 * with their soft dependencies, then those to load before the module, the module, those to load after it.
 *
 * A soft dependency that is not there, or that leads back to the module, is left out.
 *
 * @param names Names of modules or aliases.
 */
export function planLoad(index: ModuleIndex, names: readonly string[]): LoadPlan {
  const steps = new Map<string, LoadStep>();
  const matches = names.map((name) => [name, matchAlias(index, name)] as const);
  const requested = matches.flatMap(([, modules]) => modules);
  for (const name of requested) addSteps(index, steps, name, []);
  const unknown = matches.filter(([, modules]) => modules.length === 0).map(([name]) => name);
  return { steps: [...steps.values()], requested: [...new Set(requested)], unknown };
}

/** Adds the step of one module after those of all that it needs; `path` leads from the request to it. */
function addSteps(
  index: ModuleIndex,
  steps: Map<string, LoadStep>,
  name: string,
  path: readonly string[],
  leader: readonly string[] = [],
): void {
  if (steps.has(name) || path.includes(name)) return;
  const module = index.modules.get(name);
  const needs = module === undefined ? [] : dependencyNames(module);
  const { before, after } = softDependencies(index, name, [...path, name]);
  for (const other of [...needs, ...before]) addSteps(index, steps, other, [...path, name]);
  const back = needs.find((needed) => !steps.has(needed));
  steps.set(name, {
    name,
    missing: module === undefined && !index.builtin.has(name),
    needs,
    follows: [...before, ...leader].filter((other) => steps.has(other)),
    ...(module !== undefined && { module }),
    ...(back !== undefined && { cycle: [...path, name].slice(path.indexOf(back)) }),
  });
  for (const other of after) addSteps(index, steps, other, path, [name]);
}

/** The soft dependencies of a module, as modules, without those that need one of `path` themselves. */
function softDependencies(index: ModuleIndex, name: string, path: readonly string[]) {
  const soft = index.configuration.softDependencies.get(name);
  const before = (soft?.before ?? []).flatMap((alias) => matchAlias(index, alias));
  const after = (soft?.after ?? []).flatMap((alias) => matchAlias(index, alias));
  const leadsBack = (other: string) => needsOneOf(index, other, path);
  return { before: before.filter((other) => !leadsBack(other)), after };
}

function needsOneOf(index: ModuleIndex, name: string, path: readonly string[]): boolean {
  const module = index.modules.get(name);
  const needs = module === undefined ? [] : dependencyNames(module);
  return path.includes(name) || needs.some((needed) => path.includes(needed));
}
