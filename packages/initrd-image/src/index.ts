/**
 * Build, read and compare initial RAM disk images.
 *
 * @packageDocumentation
 */
export { buildImage } from "./build-image.ts";
export {
  type CpioEntry,
  type CpioKind,
  type StreamedContent,
  type StreamedEntry,
  readCpio,
  streamCpio,
  writeCpio,
} from "./cpio.ts";
export { type ImageDifference, compareImages } from "./compare-images.ts";
export { ImageError, type ImageErrorCode } from "./image-error.ts";
export type * from "./plan.ts";
export { planImage } from "./plan-image.ts";
export { type Image, type ImageSegment, imageEntries, readImage } from "./read-image.ts";
export type { ReadableCompression } from "./compression.ts";
export { type DlopenNote, type ElfFile, readElf } from "./elf.ts";
export {
  type ElfDependency,
  type ElfDependencyOptions,
  elfDependencies,
} from "./elf-dependencies.ts";
export { elfMachine } from "./elf-machine.ts";
export { type LauncherOptions, makeLauncher } from "./launcher.ts";
export { type TreeResult, writeTree } from "./write-tree.ts";
