import type { CpioEntry } from "./cpio.ts";
import { type Image, imageEntries } from "./read-image.ts";

/** How two images differ about one path. */
export interface ImageDifference {
  readonly path: string;
  /** `added` is in the second image only, `removed` in the first only. */
  readonly kind: "added" | "changed" | "removed";
  /** What changed, each as `mode 644 -> 755`; empty when the path is in one image only. */
  readonly changes: readonly string[];
}

/**
 * Compares what two images hold, whatever their parts, order and compression: of a path that is in an image
 * several times the last one counts, as for the kernel. Sorted by path; empty when they are the same.
 */
export function compareImages(one: Image, other: Image): readonly ImageDifference[] {
  const [before, after] = [imageEntries(one), imageEntries(other)];
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return paths.flatMap((path) => difference(path, before, after));
}

type Entries = ReadonlyMap<string, CpioEntry>;

function difference(path: string, before: Entries, after: Entries): readonly ImageDifference[] {
  const [old, now] = [before.get(path), after.get(path)];
  if (old === undefined) return [{ path, kind: "added", changes: [] }];
  if (now === undefined) return [{ path, kind: "removed", changes: [] }];
  const changes = [
    ...facts(old).flatMap(([name, value], index) => {
      const [, changed] = facts(now)[index] ?? [];
      return value === changed ? [] : [`${name} ${value} -> ${changed}`];
    }),
    ...contentChange(contentOf(old, before), contentOf(now, after)),
  ];
  return changes.length === 0 ? [] : [{ path, kind: "changed", changes }];
}

type Fact = readonly [name: string, value: string];

function facts(entry: CpioEntry): readonly Fact[] {
  const { kind, mode, uid = 0, gid = 0, modified = 0, target = "", device } = entry;
  return [
    ["kind", kind],
    ["mode", mode.toString(8)],
    ["owner", `${uid}:${gid}`],
    ["time", new Date(modified * 1000).toISOString()],
    ["target", target],
    ["device", device === undefined ? "" : `${device.major}:${device.minor}`],
  ];
}

/** Of a hard link, the content of the file that it names. */
function contentOf(entry: CpioEntry, entries: Entries): Uint8Array {
  const holder = entry.sameAs === undefined ? entry : entries.get(entry.sameAs);
  return holder?.content ?? new Uint8Array(0);
}

function contentChange(old: Uint8Array, now: Uint8Array): readonly string[] {
  if (Buffer.compare(old, now) === 0) return [];
  return old.length === now.length
    ? [`content differs, ${now.length} bytes`]
    : [`size ${old.length} -> ${now.length}`];
}
