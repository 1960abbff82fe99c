import type { ModuleIndex } from "./module-index.ts";
import {
  createModuleLoader,
  type LoaderLinux,
  type ModuleLoaderOptions,
  type ModuleReport,
} from "./module-loader.ts";

/**
 * Loads a module, or all that an alias stands for, after everything that they need. Calls share nothing: to
 * load each module once for many that want it, make a `ModuleLoader`.
 *
 * @param parameters Parameters as on a command line: `max_loop=8`.
 * @returns What became of each module that was asked for.
 * @throws ModuleError why one of them cannot be loaded.
 */
export async function loadModule(
  linux: LoaderLinux,
  index: ModuleIndex,
  name: string,
  parameters?: string,
): Promise<readonly ModuleReport[]> {
  const reports = await createModuleLoader(linux, index).load(name, parameters);
  for (const { error } of reports) if (error !== undefined) throw error;
  return reports;
}

/**
 * Loads several modules beside each other, each after what it needs. One that fails, or takes long, does not
 * hold up the others.
 *
 * @returns What became of each module that was asked for, also of those that failed.
 */
export async function loadModules(
  linux: LoaderLinux,
  index: ModuleIndex,
  names: readonly string[],
  options?: ModuleLoaderOptions,
): Promise<readonly ModuleReport[]> {
  const loader = createModuleLoader(linux, index, options);
  const reports = await Promise.all(names.map((name) => loader.load(name)));
  return reports.flat();
}
