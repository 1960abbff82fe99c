import type { StreamedContent } from "./cpio.ts";
import { cutElf } from "./cut-elf.ts";
import { type DataObject, dataObjects, withRanges } from "./elf.ts";
import { badIcu, icuDataSize } from "./icu-data.ts";
import { smallIcuData } from "./small-icu.ts";

/** Data of a program, and what is to stand in their place. */
export interface SmallIntl {
  readonly object: DataObject;
  readonly content: Buffer;
}

/**
 * Finds the data of ICU in an executable of V8, and makes those with English as the only language.
 *
 * @throws ImageError `bad-icu`: no data of ICU, or in a form that is not known.
 */
export function smallIntl(file: string): SmallIntl {
  const [symbol] = dataObjects(file, (name) => /^icudt\d+_dat$/.test(name)).values();
  if (symbol === undefined) throw badIcu(`${file} has none, or does not name them`);
  const { offset } = symbol;
  return withRanges(file, (read) => {
    const data = (at: number, length: number): Buffer => read(offset + at, length);
    // A symbol that an assembler's listing made has no size.
    const size = symbol.size === 0 ? icuDataSize(data) : symbol.size;
    return { object: { offset, size }, content: smallIcuData(data, size) };
  });
}

/**
 * The executable of Node, stripped, with English as its only language: a third of it is data of ICU, which it finds at
 * the same address, as far as they are still there.
 *
 * @throws ImageError `bad-icu`, as {@link smallIntl}; `bad-elf`: laid out otherwise than this can be done with.
 */
export function withSmallIntl(file: string): StreamedContent {
  const { object, content } = smallIntl(file);
  return cutElf(file, object, content);
}
