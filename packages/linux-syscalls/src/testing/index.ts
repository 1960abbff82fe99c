/**
 * A simulated Linux, in memory, for tests of boot code: files and mounts, block devices, modules,
 * programs, uevents and time, and faults to inject.
 *
 * @packageDocumentation
 */
export { simulateLinux, type MountSummary, type SimulatedLinux } from "./simulate-linux.ts";
export type { ConsoleDescription, SimulationOptions } from "./simulation-options.ts";
export type {
  BlockChange,
  BlockContent,
  BlockDeviceDescription,
  Extent,
  FileSystemContent,
  PartitionDescription,
} from "./block-device-description.ts";
export { type CallName, manualErrors } from "./call-table.ts";
export { conformanceScenarios } from "./conformance/conformance-scenarios.ts";
export { randomScenario } from "./conformance/random-scenario.ts";
export { observeSimulated } from "./conformance/observe-simulated.ts";
export {
  type Bench,
  type ConformanceScenario,
  type Observation,
  observe,
} from "./conformance/scenario.ts";
export { elfFile, type ElfRequest } from "./elf-file.ts";
export { type Ending, SimulationEnded } from "./ending.ts";
export {
  type CallSite,
  type FailEachOptions,
  type FailedCall,
  type Outcome,
  type Scenario,
  type Scenery,
  callSites,
  failEachCall,
  play,
} from "./fail-each-call.ts";
export type { Failure } from "./failure.ts";
export type { FileDescription, FileTree } from "./file-tree.ts";
export { moduleImage, type ModuleImageRequest } from "./module-image.ts";
export type { ModuleDescription } from "./module-state.ts";
export type { InterfaceDescription } from "./network-calls.ts";
export type { Program, ProgramFunction, ProgramOutcome, RunningProgram } from "./program.ts";
export { type CallRecord, formatCall } from "./record-calls.ts";
export { superblockBytes } from "./superblock-bytes.ts";
export type { SysfsDevice } from "./sysfs-devices.ts";
