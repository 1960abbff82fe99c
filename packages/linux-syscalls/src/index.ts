/**
 * The Linux kernel as an interface: what a boot program does to a machine, the constants and the
 * errors that belong to it. The real one is `@earlyboot/linux-syscalls-ffi`; a simulated one, for
 * tests, is `@earlyboot/linux-syscalls/testing`.
 *
 * @packageDocumentation
 */
export * from "./constants.ts";
export * from "./device-number.ts";
export { errorTable, type ErrorRow } from "./error-table.ts";
export type * from "./linux.ts";
export {
  SyscallError,
  type SyscallFailure,
  errorCode,
  errorName,
  errorNumber,
  errorText,
} from "./syscall-error.ts";
export { nearestWord, printable } from "./words.ts";
