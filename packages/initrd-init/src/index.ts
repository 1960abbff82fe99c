/**
 * The whole early boot in order: modules, devices, check, mount, switch, hand over.
 *
 * @packageDocumentation
 */
export * from "./boot-configuration.ts";
export { BootFailure, type BootFailureFields } from "./boot-failure.ts";
export { type BootLog, type LogLine } from "./boot-log.ts";
export { type BootModules } from "./boot-modules.ts";
export { type BootRecorder, reportDirectory, reportPath } from "./boot-recorder.ts";
export type * from "./boot-report.ts";
export * from "./boot-settings.ts";
export { bootSystem } from "./boot-system.ts";
export type * from "./boot-ui.ts";
export { type Boot } from "./boot.ts";
export { type FoundRoot } from "./find-root.ts";
export { imageRuntime, newRootAddon, newRootRuntime } from "./copy-runtime.ts";
export { failureScreen, type FailureContext } from "./failure-screen.ts";
export { type Hook, type Hooks } from "./hooks.ts";
export {
  type EssentialFileSystems,
  type EssentialLinux,
  mountEssentialFileSystems,
} from "./mount-essential-file-systems.ts";
export {
  type MountAttempt,
  type MountedRoot,
  type RootMountRequest,
  mountAttempts,
} from "./mount-root.ts";
export { type BootParameter, bootParameters } from "./parameters.ts";
export {
  type PreparedRoot,
  type RootLinux,
  type RootRequest,
  prepareRoot,
} from "./prepare-root.ts";
export {
  configurationPath,
  type LoadedConfiguration,
  readConfiguration,
} from "./read-configuration.ts";
export {
  type FailurePolicy,
  type FailurePolicyLinux,
  type FailurePolicyUi,
  runFailurePolicy,
} from "./run-failure-policy.ts";
export {
  type MirrorLinux,
  type MirrorOptions,
  type MirroredMachine,
  type RootFilesLinux,
  type Share,
  type WantedOfRoot,
  mirrorMachine,
  readRootFiles,
  rootImage,
  takeShares,
  usualRoot,
} from "./mirror-machine.ts";
export { type AskedOfMachine, askedOfMachine, planBoot, type PlanOptions } from "./plan-boot.ts";
export {
  type BootOutcome,
  type BootPlan,
  type RehearsalOptions,
  rehearseBoot,
} from "./rehearse-boot.ts";
