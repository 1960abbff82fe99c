/**
 * Load kernel modules with their dependencies, and find those that the hardware asks for.
 *
 * @packageDocumentation
 */
export { matchesPattern } from "./matches-pattern.ts";
export { type AliasTable, parseAliases } from "./alias-table.ts";
export {
  type ColdplugLinux,
  type ColdplugOptions,
  type MissingDriver,
  coldplug,
} from "./coldplug.ts";
export { type CutOptions, type IndexFile, cutModuleIndex } from "./cut-module-index.ts";
export { type ModulePurpose, genericModules, modulePurposes } from "./generic-modules.ts";
export { nameMissingDrivers } from "./name-missing-drivers.ts";
export { listModaliases, type WantedDriver } from "./list-modaliases.ts";
export { kernelMessages, type LogLinux } from "./kernel-messages.ts";
export { loadModule, loadModules } from "./load-module.ts";
export { type LoadLinux, loadModuleFile } from "./load-module-file.ts";
export { type LoadPlan, type LoadStep, planLoad } from "./load-plan.ts";
export { type ClosureModule, type ModuleClosure, moduleClosure } from "./module-closure.ts";
export { matchAlias } from "./match-alias.ts";
export {
  type ConfigurationFile,
  type ModprobeConfiguration,
  type SoftDependencies,
  parseModprobeConfiguration,
} from "./modprobe-configuration.ts";
export { type Compression, type Decompress, type Decompressors } from "./module-content.ts";
export { ModuleError, type ModuleFailure } from "./module-error.ts";
export {
  type ModuleFile,
  type ModuleIndex,
  type ModuleIndexOptions,
  dependencyNames,
  moduleDirectory,
  readModuleIndex,
  runningRelease,
} from "./module-index.ts";
export { type ModuleInfo, isSigned, moduleInfo } from "./module-info.ts";
export {
  type LateModule,
  type LoaderLinux,
  type ModuleLoader,
  type ModuleLoaderOptions,
  type ModuleOutcome,
  type ModuleReport,
  createModuleLoader,
} from "./module-loader.ts";
export { moduleName } from "./module-name.ts";
