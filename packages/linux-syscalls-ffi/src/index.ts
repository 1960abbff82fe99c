/**
 * The Linux interface made real: system calls from Node.js through ffi-rs.
 *
 * @packageDocumentation
 */
export { type OpenLinuxOptions, openLinux } from "./open-linux.ts";
