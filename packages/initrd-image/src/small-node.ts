import type { StreamedContent } from "./cpio.ts";
import { cutElf } from "./cut-elf.ts";
import { dataObjects, withRanges } from "./elf.ts";
import { badIcu } from "./icu-data.ts";
import { smallIcuData } from "./small-icu.ts";

/**
 * The executable of Node, stripped, with English as its only language: a third of it is data of ICU, which it finds at
 * the same address, as far as they are still there.
 *
 * @throws ImageError `bad-icu`: no data of ICU, or in a form that is not known; `bad-elf`: laid out otherwise.
 */
export function smallNode(file: string): StreamedContent {
  const [object] = dataObjects(file, (name) => /^icudt\d+_dat$/.test(name)).values();
  if (object === undefined) throw badIcu(`${file} has none, or does not name them`);
  const small = withRanges(file, (read) =>
    smallIcuData((offset, size) => read(object.offset + offset, size), object.size),
  );
  return cutElf(file, object, small);
}
