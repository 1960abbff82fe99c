/**
 * Check a file system before it is mounted, with the program of its type.
 *
 * @packageDocumentation
 */
export { checkFileSystem, type CheckingLinux, type CheckOptions } from "./check-file-system.ts";
export type { CheckerRun, CheckResult, Finding, SkipReason } from "./check-result.ts";
export { checkFileSystems, type CheckRequest } from "./check-file-systems.ts";
export { type Checker, checkerFor, type Repair, type RepairMode } from "./checkers.ts";
export type { DeviceUse, DeviceUseLinux } from "./device-use.ts";
export { disksOf, type SysfsLinux } from "./disks-of.ts";
export { FsckBit, fsckOutcome, type FsckOutcome } from "./fsck-outcome.ts";
export type { CheckProgress } from "./progress.ts";
export type { ReplayingLinux } from "./replay-log.ts";
export { takeTurns } from "./take-turns.ts";
export { tellingLines } from "./telling-lines.ts";
