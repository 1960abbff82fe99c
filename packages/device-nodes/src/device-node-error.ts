/** A name that is not what it has to be. */
export interface WrongNode {
  readonly path: string;
  /** `character device 1:3` */
  readonly expected: string;
  /** `regular file` */
  readonly found: string;
}

/** Names in `/dev` are taken by something else. Its `code` is `EEXIST`. */
export class DeviceNodeError extends Error {
  override readonly name: string = "DeviceNodeError";
  readonly code = "EEXIST";
  readonly wrong: readonly WrongNode[];

  constructor(wrong: readonly WrongNode[]) {
    const words = wrong.map(
      ({ path, expected, found }) => `${path} is a ${found}, not a ${expected}`,
    );
    super(`${words.join("; ")}. Remove what should not be there, and try again.`);
    this.wrong = wrong;
  }
}
