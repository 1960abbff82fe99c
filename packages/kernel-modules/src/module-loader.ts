import { moduleParameters, type CommandLine } from "@earlyboot/cmdline";
import type { Linux } from "@earlyboot/linux-syscalls";

import { createWatch } from "./create-watch.ts";
import { asModuleError, findObstacle, noSuchModule } from "./find-obstacle.ts";
import { loadModuleFile, type LoadLinux } from "./load-module-file.ts";
import { planModules, type LoadStep } from "./load-plan.ts";
import { findModules, type ModuleMatch } from "./match-alias.ts";
import { mergeParameters } from "./merge-parameters.ts";
import { configuredOptions } from "./modprobe-configuration.ts";
import type { ModuleError } from "./module-error.ts";
import { modulePath, type ModuleIndex } from "./module-index.ts";
import { moduleName } from "./module-name.ts";

/** What it takes to load modules in their order, with the time that each takes. */
export type LoaderLinux = LoadLinux & Pick<Linux, "now" | "sleep">;

/**
 * What became of a module: `loaded`; `present`, it was loaded before; `builtin`, it is part of the kernel;
 * `no-device`, it looked for its hardware, found none and left; `blacklisted`; `cancelled`, the loader was told
 * to stop before the kernel was asked; `late`, the kernel was still at it, or at something that it needs, when the
 * patience was over; `failed`.
 */
export type ModuleOutcome =
  | "loaded"
  | "present"
  | "builtin"
  | "no-device"
  | "blacklisted"
  | "cancelled"
  | "late"
  | "failed";

/** What became of one module, and when. */
export interface ModuleReport {
  /** The name by which the kernel knows it. */
  readonly name: string;
  readonly outcome: ModuleOutcome;
  /** When everything that it needs was there; as `Linux.now` counts. */
  readonly started: number;
  /** How long the kernel then took. */
  readonly milliseconds: number;
  /** Why it `failed`. */
  readonly error?: ModuleError;
}

/** A module for which the patience is over. */
export interface LateModule {
  readonly name: string;
  /** The device that asked for it, or for what needs it, where that is known. */
  readonly device: string | undefined;
}

/** What a {@link ModuleLoader} goes by. */
export interface ModuleLoaderOptions {
  /** Where parameters are taken from, beside `modprobe.d`: `MODULE.PARAMETER=VALUE`. */
  readonly commandLine?: Pick<CommandLine, "parameters">;
  /** Modules that are loaded only where another needs them: `modprobe.blacklist=`, `module_blacklist=`. */
  readonly blacklist?: readonly string[];
  /** Ends the loading: the kernel is asked for no further module. What it has begun, it finishes. */
  readonly signal?: AbortSignal;
  /**
   * How long to wait for a module that the kernel is loading, in milliseconds; default for ever. The kernel
   * cannot be stopped: it goes on, and what needs the module follows once it is there.
   */
  readonly patience?: number;
  /** Hears what became of every module, those that another needed too. */
  readonly onModule?: (report: ModuleReport) => void;
  /** Hears of each module for which the patience is over. */
  readonly onLate?: (late: LateModule) => void;
}

/** Loads modules, each once, however many ask for it at the same time. */
export interface ModuleLoader {
  /**
   * Loads a module, or all that an alias stands for, after everything that they need. Never rejects;
   * resolves, when all of it is done or the patience is over, with what became of each module that was asked for.
   *
   * @param parameters Parameters as on a command line: `max_loop=8`. They outdo those of `modprobe.d`, and
   * those of the kernel's command line outdo them.
   * @param device The device that asks for it.
   */
  load(name: string, parameters?: string, device?: string): Promise<readonly ModuleReport[]>;
  /** What became of every module so far, in the order in which they were done. */
  readonly reports: readonly ModuleReport[];
}

/** A module whose loading has begun. */
interface Loading {
  readonly done: Promise<ModuleReport>;
  /** Resolves when the patience with it is over. */
  readonly late: Promise<void>;
}

/** Makes a {@link ModuleLoader}; nothing is loaded yet. */
export function createModuleLoader(
  linux: LoaderLinux,
  index: ModuleIndex,
  options: ModuleLoaderOptions = {},
): ModuleLoader {
  const { commandLine = { parameters: [] }, signal, patience, onModule, onLate } = options;
  const forbidden = new Set(options.blacklist?.map(moduleName));
  const watch = patience === undefined ? undefined : createWatch(linux, patience);
  const begun = new Map<string, Loading>();
  const reports: ModuleReport[] = [];

  async function load(
    name: string,
    parameters = "",
    device?: string,
  ): Promise<readonly ModuleReport[]> {
    const asked = findModules(index, name);
    if (asked.length === 0) return [record(failed(name, linux.now(), noSuchModule(index, name)))];
    const wanted = asked.filter((match) => !isUnwanted(match));
    const requested = wanted.map(({ module }) => module);
    const steps = planModules(index, [wanted]);
    for (const step of steps) {
      if (begun.has(step.name)) continue;
      begun.set(step.name, begin(step, requested.includes(step.name) ? parameters : "", device));
    }
    const names = steps.map((step) => step.name);
    const late = names.flatMap((each) => begun.get(each)?.late ?? []);
    await Promise.race([reportsOf(names), ...late]);
    return [
      ...asked.filter(isUnwanted).map(({ module }) => notLoaded(module, "blacklisted")),
      ...requested.map(
        (module) => reports.find((one) => one.name === module) ?? notLoaded(module, "late"),
      ),
    ];
  }

  function begin(step: LoadStep, parameters: string, device: string | undefined): Loading {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const giveUp = () => {
      onLate?.({ name: step.name, device });
      resolve();
    };
    return { done: run(step, parameters, giveUp), late };
  }

  /**
   * The blacklist of `modprobe.d` is about aliases only: a module's own name loads it. An alias of `off` stands
   * for nothing.
   */
  function isUnwanted({ module, alias }: ModuleMatch): boolean {
    if (module === "off" || forbidden.has(module)) return true;
    return alias !== undefined && index.configuration.blacklist.has(module);
  }

  function reportsOf(names: readonly string[]): Promise<ModuleReport[]> {
    return Promise.all(names.flatMap((name) => begun.get(name)?.done ?? []));
  }

  /** Resolves when each was tried, or is late. */
  function triesOf(names: readonly string[]): Promise<unknown> {
    const loading = names.flatMap((name) => begun.get(name) ?? []);
    return Promise.all(loading.map(({ done, late }) => Promise.race([done, late])));
  }

  /** Never rejects. Waits only for what was begun before, so that no two can wait for each other. */
  async function run(
    step: LoadStep,
    parameters: string,
    giveUp: () => void,
  ): Promise<ModuleReport> {
    const [needed] = await Promise.all([reportsOf(step.needs), triesOf(step.follows)]);
    const started = linux.now();
    try {
      const outcome = await attempt(step, needed, parameters, giveUp);
      return record({ name: step.name, outcome, started, milliseconds: linux.now() - started });
    } catch (error) {
      return record(failed(step.name, started, asModuleError(step.name, error)));
    }
  }

  async function attempt(
    step: LoadStep,
    needed: readonly ModuleReport[],
    parameters: string,
    giveUp: () => void,
  ): Promise<ModuleOutcome> {
    if (signal?.aborted === true) return "cancelled";
    if (needed.some(({ outcome }) => outcome === "no-device")) return "no-device";
    const obstacle = findObstacle(index, step, needed);
    if (obstacle !== undefined) throw obstacle;
    if (step.module === undefined) return "builtin";
    const file = modulePath(index.directory, step.module.path);
    const stopWaiting = watch?.(giveUp);
    const all = parametersOf(step, parameters);
    return loadModuleFile(linux, file, all, index.decompressors).finally(stopWaiting);
  }

  function parametersOf({ name, alias }: LoadStep, parameters: string): string {
    const match = alias === undefined ? { module: name } : { module: name, alias };
    const configured = configuredOptions(index.configuration, match);
    return mergeParameters([...configured, parameters, ...moduleParameters(commandLine, name)]);
  }

  function failed(name: string, started: number, error: ModuleError): ModuleReport {
    return { name, outcome: "failed", started, milliseconds: linux.now() - started, error };
  }

  function record(report: ModuleReport): ModuleReport {
    reports.push(report);
    onModule?.(report);
    return report;
  }

  return { load, reports };
}

function notLoaded(name: string, outcome: "blacklisted" | "late"): ModuleReport {
  return { name, outcome, started: 0, milliseconds: 0 };
}
