import type { Identification, Rejection } from "./identification.ts";
import type { Reader } from "./reader.ts";

/** Bytes that give a format away, and where they are. */
export interface Magic {
  /** The offset, or how it follows from the size of the device. */
  readonly at: number | ((size: number) => number);
  readonly bytes: Uint8Array;
}

/** What a format makes of a device: what it is, why not, or nothing. */
export type Verdict = Identification | Rejection | undefined;

/** One family of superblocks. */
export interface Format {
  /** Any of these leads to `read`; none at all: `read` is asked when nothing else was found. */
  readonly magics: readonly Magic[];
  /** Looks at the superblock whose magic is at `place`. */
  read(reader: Reader, place: number): Promise<Verdict>;
}

/** Makes a {@link Magic} of text or bytes. */
export function magic(at: Magic["at"], content: string | readonly number[]): Magic {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { at, bytes: Uint8Array.from(bytes) };
}

/** Rejects a superblock whose checksum does not fit. */
export function wrongChecksum(type: string): Rejection {
  return { rejected: type, why: "the checksum of its superblock is wrong" };
}
