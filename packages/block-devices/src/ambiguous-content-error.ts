import type { Identification } from "./identification.ts";

/** One device looks like two things at once: whoever chose between them would guess. */
export class AmbiguousContentError extends Error {
  override readonly name: string = "AmbiguousContentError";
  readonly code = "AMBIGUOUS_CONTENT";
  /** Everything that the device looks like. */
  readonly candidates: readonly Identification[];
  /** The device, when it is known. */
  readonly path?: string;

  constructor(candidates: readonly Identification[], path?: string) {
    const types = candidates.map(({ type }) => type).join(" and ");
    super(
      `${path ?? "the device"} looks like ${types} at once; ` +
        `if one of them is a remainder, remove it: wipefs --all --types TYPE ${path ?? "DEVICE"}`,
    );
    this.candidates = candidates;
    if (path !== undefined) this.path = path;
  }
}
