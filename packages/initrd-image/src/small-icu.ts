import { errorCode } from "@earlyboot/linux-syscalls";
import type { ReadRange } from "./file-bytes.ts";
import { type IcuItem, badIcu, readIcuData, writeIcuData } from "./icu-data.ts";
import { keepLocales } from "./icu-locales.ts";

/**
 * Makes, of a package of ICU's data, one with English as its only language. Everything that is of no language stays:
 * normalisation, collation, rules for breaks, time zones, currencies, plurals. Left out are other locales,
 * dictionaries of languages without spaces between words, encodings of more than one byte, transliteration and the
 * names of characters; the last two JavaScript cannot ask for.
 *
 * @throws ImageError `bad-icu`: a format that is not known.
 */
export function smallIcuData(read: ReadRange, size: number): Buffer {
  try {
    const { header, items } = readIcuData(read, size);
    return writeIcuData({ header, items: items.filter(isKept).map(withFewerLocales) });
  } catch (cause) {
    if (!/^ERR_(?:BUFFER_)?OUT_OF_/.test(errorCode(cause) ?? "")) throw cause;
    throw badIcu("an offset leads out of it");
  }
}

function isKept({ name, content }: IcuItem): boolean {
  const path = pathIn(name);
  if (path.endsWith(".cnv")) return isOfSingleBytes(content());
  if (leftOut.test(path)) return false;
  const [, locale] = localeFile.exec(path) ?? [];
  return locale === undefined || isEnglish(locale);
}

/** `coll/root.res` of `icudt78l/coll/root.res`. */
function pathIn(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

const leftOut = /^translit\/|^unames\.icu$|\.dict$|_cj\.brk$/;

/** A language, and script, region and variants: `sr_Latn_BA`, `de__PHONEBOOK`; not `root`, `pool`, `res_index`. */
const localeFile = /(?:^|\/)([a-z]{2,3}(?:_+[A-Z\d]\w*)?)\.res$/;

function isEnglish(locale: string): boolean {
  return /^(?:en|root)(?:_|$)/.test(locale);
}

function withFewerLocales(item: IcuItem): IcuItem {
  if (!item.name.endsWith("/res_index.res")) return item;
  return { name: item.name, content: () => keepLocales(item.content(), isEnglish) };
}

/** UConverterStaticData, behind the header: its size, a name of 60 bytes, a number, a platform, the type. */
function isOfSingleBytes(converter: Buffer): boolean {
  return converter.readUInt8(converter.readUInt16LE(0) + 4 + 60 + 4 + 1) === singleBytes;
}

/** UCNV_SBCS in ucnv.h */
const singleBytes = 0;
