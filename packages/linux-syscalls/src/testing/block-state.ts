import type { FileSystemContent } from "./block-device-description.ts";
import type { SuperBlock } from "./super-block.ts";

/** A block device as the simulated kernel holds it. */
export interface BlockState {
  readonly name: string;
  readonly number: bigint;
  /** In bytes. */
  size: number;
  readonly sectorSize: number;
  readOnly: boolean;
  /** The bytes from `offset` on, at most `length`; fewer only at the end. */
  read(offset: number, length: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  /** The error that opening or reading it gives for now. */
  failure: string | undefined;
  /** What mounting it shows. */
  fileSystem: FileSystemContent | undefined;
  /** Told when nothing is mounted from it any more. */
  released(): void;
  /** The file system that is in use on it. */
  superBlock: SuperBlock | undefined;
}
