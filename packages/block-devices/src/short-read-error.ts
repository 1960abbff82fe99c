/** A device gave fewer bytes than its size promised: it is vanishing, or its medium is damaged. */
export class ShortReadError extends Error {
  override readonly name: string = "ShortReadError";
  readonly code = "SHORT_READ";

  constructor(offset: number, wanted: number, got: number) {
    super(`read ${got} of ${wanted} bytes at ${offset}: the device is shorter than it says`);
  }
}
