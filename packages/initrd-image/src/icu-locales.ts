import { badIcu, checkIcuHeader } from "./icu-data.ts";

/**
 * Shortens the lists of locales in an index of ICU's locales, `res_index.res`, to those that `isKept` names. Its size
 * stays: a table in a resource bundle may be followed by bytes that nobody refers to. The format is that of
 * `icu4c/source/common/uresdata.h`.
 *
 * @throws ImageError `bad-icu`: not a resource bundle, or one with other contents than lists.
 */
export function keepLocales(index: Buffer, isKept: (locale: string) => boolean): Buffer {
  checkIcuHeader(index, "ResB", [2, 3]);
  const bundle = Buffer.from(index);
  const words = bundle.subarray(bundle.readUInt16LE(0));
  for (const { key, resource } of entriesOf(words, tableAt(words, words.readUInt32LE(0)))) {
    if (key.endsWith("Locales")) shorten(words, tableAt(words, resource), isKept);
  }
  return bundle;
}

/**
 * A number of entries, as many offsets of their keys, of 16 bits each, and as many resources: of 32 bits, aligned
 * (URES_TABLE), or of 16 (URES_TABLE16).
 */
interface Table {
  readonly at: number;
  readonly isShort: boolean;
}

interface TableEntry {
  readonly keyAt: number;
  readonly key: string;
  readonly resource: number;
}

/** The upper four bits of a resource are its type; an empty table has no place. */
function tableAt(words: Buffer, resource: number): Table | undefined {
  const [type, offset] = [resource >>> 28, resource & 0x0fff_ffff];
  if (type !== tableType && type !== shortTableType) throw badIcu("an index has other contents");
  if (offset === 0) return undefined;
  // Those of 16 bits are behind the keys, and the first index but one tells where these end.
  const at = type === tableType ? offset * 4 : words.readUInt32LE(8) * 4 + offset * 2;
  return { at, isShort: type === shortTableType };
}

function entriesOf(words: Buffer, table: Table | undefined): readonly TableEntry[] {
  if (table === undefined) return [];
  const { at, isShort } = table;
  const count = words.readUInt16LE(at);
  const resources = resourcesAt(table, count);
  return Array.from({ length: count }, (_, index) => {
    const keyAt = words.readUInt16LE(at + 2 + index * 2);
    return {
      keyAt,
      key: words.toString("latin1", keyAt, words.indexOf(0, keyAt)),
      resource: isShort
        ? words.readUInt16LE(resources + index * 2)
        : words.readUInt32LE(resources + index * 4),
    };
  });
}

function shorten(words: Buffer, table: Table | undefined, isKept: (key: string) => boolean): void {
  const kept = entriesOf(words, table).filter(({ key }) => isKept(key));
  if (table === undefined) return;
  const { at, isShort } = table;
  const resources = resourcesAt(table, kept.length);
  words.writeUInt16LE(kept.length, at);
  for (const [index, { keyAt, resource }] of kept.entries()) {
    words.writeUInt16LE(keyAt, at + 2 + index * 2);
    if (isShort) words.writeUInt16LE(resource, resources + index * 2);
    else words.writeUInt32LE(resource, resources + index * 4);
  }
}

function resourcesAt({ at, isShort }: Table, count: number): number {
  return isShort ? at + (1 + count) * 2 : at + Math.ceil((1 + count) / 2) * 4;
}

/** URES_TABLE and URES_TABLE16 */
const [tableType, shortTableType] = [2, 5];
