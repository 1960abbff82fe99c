import { errorCode, nearestWord, printable } from "@earlyboot/linux-syscalls";

import type { LoadStep } from "./load-plan.ts";
import { ModuleError } from "./module-error.ts";
import type { ModuleIndex } from "./module-index.ts";
import type { ModuleReport } from "./module-loader.ts";
import { moduleName } from "./module-name.ts";
import { wordsOf } from "./words-of.ts";

/** Why a module is not even tried; `undefined` when nothing is in its way. */
export function findObstacle(
  index: ModuleIndex,
  { name, missing, cycle }: LoadStep,
  needed: readonly ModuleReport[],
): ModuleError | undefined {
  if (cycle !== undefined) {
    const circle = [...cycle, cycle[0]].join(" needs ");
    return new ModuleError(`${name} cannot be loaded: ${circle}.`, { code: "ELOOP", module: name });
  }
  const refusal = missing ? noSuchModule(index, name) : refusedModule(index, name);
  if (refusal !== undefined) return refusal;
  const error = needed.find((report) => report.error !== undefined)?.error;
  if (error === undefined) return undefined;
  const { code, module, file, missing: absent, message } = error;
  return new ModuleError(`${name} cannot be loaded without ${module}. ${message}`, {
    code,
    module,
    file,
    missing: absent,
    cause: error,
  });
}

function refusedModule({ configuration }: ModuleIndex, name: string): ModuleError | undefined {
  const refused = configuration.refused.get(name);
  if (refused === undefined) return undefined;
  const message = `${printable(name)} is kept from loading: ${refused}.`;
  return new ModuleError(message, { code: "EPERM", module: name });
}

/** What was asked for is no module of this kernel; it may still be a name that `install` gives to a command. */
export function noSuchModule(index: ModuleIndex, name: string): ModuleError {
  const refusal = refusedModule(index, moduleName(name));
  if (refusal !== undefined) return refusal;
  const { directory, modules } = index;
  const nearest = nearestWord(moduleName(name), modules.keys());
  const hint = nearest === undefined ? "" : ` The nearest name is ${nearest}.`;
  return new ModuleError(
    `${printable(name)} is not there: ${directory} has no module or alias of that name.${hint}`,
    { code: "ENOENT", module: name, missing: true },
  );
}

/** Anything thrown on the way to a module, as an error that names the module. */
export function asModuleError(module: string, error: unknown): ModuleError {
  if (error instanceof ModuleError) return error;
  const words = wordsOf(error);
  const code = errorCode(error) ?? "EIO";
  return new ModuleError(`${module} cannot be loaded: ${words}`, { code, module, cause: error });
}
