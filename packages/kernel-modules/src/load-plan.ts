import { findModules, type ModuleMatch } from "./match-alias.ts";
import { dependencyNames, type ModuleFile, type ModuleIndex } from "./module-index.ts";

/** One module of a {@link LoadPlan}. */
export interface LoadStep {
  /** The name by which the kernel knows it. */
  readonly name: string;
  /** The alias by which it is asked for, or is a soft dependency, where that is not its own name. */
  readonly alias?: string;
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
 * A soft dependency that is not there is left out; one that leads back to the module comes last.
 *
 * @param names Names of modules or aliases.
 */
export function planLoad(index: ModuleIndex, names: readonly string[]): LoadPlan {
  const matches = names.map((name) => [name, findModules(index, name)] as const);
  const groups = matches.map(([, modules]) => modules);
  const unknown = matches.filter(([, modules]) => modules.length === 0).map(([name]) => name);
  const requested = new Set(groups.flat().map(({ module }) => module));
  return { steps: planModules(index, groups), requested: [...requested], unknown };
}

/**
 * The steps of a {@link LoadPlan} for modules that have been looked up. Those of one group answer to the same alias:
 * they are tried one after the other, since the first may take the device. The features of a processor are for all.
 */
export function planModules(
  index: ModuleIndex,
  groups: readonly (readonly ModuleMatch[])[],
): readonly LoadStep[] {
  const later = groups.flatMap((group) =>
    group.map((match, place) => {
      const leader = match.alias?.startsWith("cpu:") ? undefined : group[place - 1]?.module;
      return leader === undefined ? { match } : { match, leader };
    }),
  );
  const plan: Planning = { index, steps: new Map(), later };
  for (const { match, leader } of plan.later) addSteps(plan, match, [], leader);
  return [...plan.steps.values()];
}

interface Planning {
  readonly index: ModuleIndex;
  readonly steps: Map<string, LoadStep>;
  /** What is planned when all before it is, and the module after which it has to be loaded. */
  readonly later: { readonly match: ModuleMatch; readonly leader?: string }[];
}

/** Adds the step of one module after those of all that it needs; `path` leads from the request to it. */
function addSteps(
  plan: Planning,
  match: ModuleMatch,
  path: readonly string[],
  leader?: string,
): void {
  const { index, steps, later } = plan;
  const { module: name, alias } = match;
  if (steps.has(name) || path.includes(name)) return;
  const module = index.modules.get(name);
  const needs = module === undefined ? [] : dependencyNames(module);
  const { before, after } = softDependencies(index, name);
  const here = [...path, name];
  const leadsBack = (other: ModuleMatch) => needsOneOf(index, other.module, here);
  const early = before.filter((other) => !leadsBack(other));
  const needed = needs.map((other): ModuleMatch => ({ module: other }));
  for (const other of [...needed, ...early]) addSteps(plan, other, here);
  const back = needs.find((other) => !steps.has(other));
  const names = early.map((other) => other.module);
  const follows = leader === undefined ? names : [...names, leader];
  steps.set(name, {
    name,
    ...(alias !== undefined && { alias }),
    missing: module === undefined && !index.builtin.has(name),
    needs,
    follows: follows.filter((other) => steps.has(other)),
    ...(module !== undefined && { module }),
    ...(back !== undefined && { cycle: here.slice(path.indexOf(back)) }),
  });
  for (const other of before.filter(leadsBack)) later.push({ match: other });
  for (const other of after) {
    if (needsOneOf(index, other.module, path)) later.push({ match: other, leader: name });
    else addSteps(plan, other, path, name);
  }
}

/** The soft dependencies of a module, looked up; those that are not there are none. */
function softDependencies(
  index: ModuleIndex,
  name: string,
): Record<"after" | "before", readonly ModuleMatch[]> {
  const { before = [], after = [] } = index.configuration.softDependencies.get(name) ?? {};
  const modulesOf = (aliases: readonly string[]) =>
    aliases.flatMap((alias) => findModules(index, alias));
  return { before: modulesOf(before), after: modulesOf(after) };
}

function needsOneOf(index: ModuleIndex, name: string, path: readonly string[]): boolean {
  const module = index.modules.get(name);
  const needs = module === undefined ? [] : dependencyNames(module);
  return path.includes(name) || needs.some((needed) => path.includes(needed));
}
