/**
 * Make a mounted file system the root of the system, free the initramfs, and become the real init.
 *
 * @packageDocumentation
 */
export { checkSwitchRoot, type SwitchRootView } from "./check-switch-root.ts";
export {
  type EndedProcesses,
  type EndingLinux,
  type EndOptions,
  endOtherProcesses,
  type RunningProcess,
} from "./end-other-processes.ts";
export { executeInit, type InitOptions, initEnvironment } from "./execute-init.ts";
export { defaultInits, findInit } from "./find-init.ts";
export type { FreeingLinux } from "./free-initramfs.ts";
export { essentialDirectories } from "./essential-directories.ts";
export { type MountEntry, readMounts } from "./mount-table.ts";
export { moveEssentialFileSystems } from "./move-essential-file-systems.ts";
export { type ProgramHeader, type ReadAt, readProgramHeader } from "./program-header.ts";
export { SwitchRootFailedError } from "./switch-root-failed-error.ts";
export { SwitchRootRefusedError } from "./switch-root-refused-error.ts";
export {
  switchRoot,
  type SwitchingLinux,
  type SwitchRootOptions,
  type SwitchRootResult,
} from "./switch-root.ts";
export type { ProgramReader } from "./why-not-executable.ts";
