/**
 * Build, read and compare initial RAM disk images.
 *
 * @packageDocumentation
 */
export {
  type CpioEntry,
  type CpioKind,
  type StreamedContent,
  type StreamedEntry,
  readCpio,
  streamCpio,
  writeCpio,
} from "./cpio.ts";
export { ImageError, type ImageErrorCode } from "./image-error.ts";
export type * from "./plan.ts";
