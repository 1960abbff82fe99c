/**
 * Read and write the Linux kernel command line by the kernel's own rules.
 *
 * @packageDocumentation
 */
export {
  UnwritableParameterError,
  formatCommandLine,
  formatParameter,
} from "./format-command-line.ts";
export { commandLineWords, findLongOption, findLongOptions } from "./long-options.ts";
export { parseCommandLine, type CommandLine, type Parameter } from "./parse-command-line.ts";
export {
  allValues,
  hasParameter,
  lastValue,
  moduleParameters,
  sameName,
} from "./query-command-line.ts";
export { readCommandLine } from "./read-command-line.ts";
