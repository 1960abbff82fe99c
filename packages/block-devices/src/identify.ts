import { AmbiguousContentError } from "./ambiguous-content-error.ts";
import type { Format, Magic } from "./format.ts";
import { formatGroups } from "./formats.ts";
import { version090Place } from "./formats/md.ts";
import type { Identification, Rejection } from "./identification.ts";
import { openReader, type Reader } from "./reader.ts";
import type { Source } from "./source.ts";

/** Superblocks are in the first 68 KiB (btrfs ends there) … */
const headLength = 0x11000;
/** … or in the last 12 KiB (md 1.0, NILFS2's second one, GPT's backup) … */
const tailLength = 0x3000;
// … but for that of md 0.90, which has a place of its own before the end.

/** How {@link identify} works. */
export interface IdentifyOptions {
  /** Hears of superblocks that are there but cannot be believed: why a device was not recognised. */
  readonly onRejected?: (rejection: Rejection) => void;
}

/**
 * Tells what is on `source`: a file system, swap, or a member of something larger; `undefined` when
 * nothing is recognised.
 *
 * @throws AmbiguousContentError when two things are.
 * @throws ShortReadError and whatever `source.read` throws, when reading fails.
 */
export async function identify(
  source: Source,
  options: IdentifyOptions = {},
): Promise<Identification | undefined> {
  return await identifyWith(openReader(source), options);
}

/** {@link identify}, with a reader that others use as well. */
export async function identifyWith(
  reader: Reader,
  { onRejected }: IdentifyOptions = {},
): Promise<Identification | undefined> {
  await loadCommonPlaces(reader);
  for (const formats of formatGroups) {
    const found = await askFormats(reader, formats, onRejected);
    const firm = found.filter(({ type }) => !tolerant.includes(type));
    if (found.length > 1 && firm.length > 0) throw new AmbiguousContentError(found);
    if (found[0] !== undefined) return found[0];
  }
  return undefined;
}

/** Optical discs carry both of these on purpose; the one that is named first is preferred. */
const tolerant: readonly string[] = ["udf", "iso9660"];

/** Up to three reads, side by side, that hold every magic number. */
async function loadCommonPlaces(reader: Reader): Promise<void> {
  const { size } = reader;
  const tail = tailLength + (size % 4096);
  if (reader.isDisc) return void (await reader.at(0, Math.min(size, headLength)));
  if (size <= headLength + tail) return void (await reader.at(0, size));
  await Promise.all([
    reader.at(0, headLength),
    reader.at(size - tail, tail),
    reader.at(version090Place(size), 4096),
  ]);
}

async function askFormats(
  reader: Reader,
  formats: readonly Format[],
  onRejected: IdentifyOptions["onRejected"],
): Promise<Identification[]> {
  const found: Identification[] = [];
  for (const format of formats) {
    for (const place of places(reader, format)) {
      const verdict = await format.read(reader, place);
      if (verdict === undefined) continue;
      if ("type" in verdict) {
        found.push(withoutUndefined(verdict));
        break;
      }
      onRejected?.(verdict);
    }
  }
  return found;
}

/** Where a format's magic is; a format without any is asked once. */
function places(reader: Reader, { magics }: Format): readonly number[] {
  if (magics.length === 0) return [0];
  return magics
    .filter((magic) => isThere(reader, magic))
    .map(({ at }) => (typeof at === "number" ? at : at(reader.size)));
}

function isThere(reader: Reader, { at, bytes }: Magic): boolean {
  const found = reader.peek(typeof at === "number" ? at : at(reader.size), bytes.length);
  return found !== undefined && bytes.every((byte, index) => byte === found[index]);
}

function withoutUndefined(identification: Identification): Identification {
  const { uuid, uuidKind, ...others } = identification;
  const fields = { ...others, ...(uuid === undefined ? {} : { uuid, uuidKind }) };
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { type: identification.type, usage: identification.usage, ...Object.fromEntries(known) };
}
