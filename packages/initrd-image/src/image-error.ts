/** What went wrong, as one word that programs can compare. */
export type ImageErrorCode =
  | "bad-archive"
  | "bad-elf"
  | "bad-icu"
  | "bad-option"
  | "checksum"
  | "library-missing"
  | "module-missing"
  | "not-an-image"
  | "program-missing"
  | "source-missing"
  | "verification";

/**
 * An image that cannot be planned, built or read. The message names the object, what was seen there,
 * and what to do.
 *
 * Recognise it by `code`, never by `instanceof`: two copies of a package are two classes.
 */
export class ImageError extends Error {
  override readonly name: string = "ImageError";
  /** What went wrong, as one word. */
  readonly code: ImageErrorCode;

  constructor(code: ImageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
