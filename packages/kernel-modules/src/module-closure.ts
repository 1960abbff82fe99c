import { planLoad } from "./load-plan.ts";
import { ModuleError } from "./module-error.ts";
import type { ModuleFile, ModuleIndex } from "./module-index.ts";
import { moduleInfo } from "./module-info.ts";

/** One file of a {@link ModuleClosure}. */
export interface ClosureModule extends ModuleFile {
  /** The firmware that it may ask for, below `/lib/firmware`; patterns such as `amdgpu/*` among them. */
  readonly firmware: readonly string[];
}

/** Everything that has to be at hand to load some modules. */
export interface ModuleClosure {
  /** The files, in an order in which they load. */
  readonly modules: readonly ClosureModule[];
  /** The parts of the kernel itself among what was asked for and needed. */
  readonly builtin: readonly string[];
  /** What was asked for or is needed, and is neither. */
  readonly missing: readonly string[];
}

/**
 * Gives the files that an image needs for some modules, in load order: theirs, those of their dependencies,
 * soft dependencies and weak dependencies, and the names of their firmware.
 *
 * @param names Names of modules or aliases.
 */
export function moduleClosure(index: ModuleIndex, names: readonly string[]): ModuleClosure {
  const { steps, unknown } = planLoad(index, withWeakDependencies(index, names));
  const modules = steps.flatMap(({ module }) => (module === undefined ? [] : [module]));
  return {
    modules: modules.map((module) => ({ ...module, firmware: firmwareOf(index, module) })),
    builtin: steps
      .filter((step) => step.module === undefined && !step.missing)
      .map(({ name }) => name),
    missing: [...unknown, ...steps.filter(({ missing }) => missing).map(({ name }) => name)],
  };
}

function firmwareOf(index: ModuleIndex, module: ModuleFile): readonly string[] {
  const bytes = index.readModule(module);
  try {
    return moduleInfo(bytes).firmware;
  } catch (cause) {
    const reason = cause instanceof Object && "message" in cause ? cause.message : cause;
    throw new ModuleError(
      `the module ${module.path} is damaged (${String(reason)}): install the package of its kernel again`,
      { code: "ENOEXEC", module: module.name, file: module.path, cause },
    );
  }
}

/** Weak dependencies of what comes along come along too. */
function withWeakDependencies(index: ModuleIndex, names: readonly string[]): readonly string[] {
  const { weakDependencies } = index.configuration;
  const all = new Set(names);
  for (const name of all) {
    for (const step of planLoad(index, [name]).steps) {
      for (const weak of weakDependencies.get(step.name) ?? []) all.add(weak);
    }
  }
  return [...all];
}
