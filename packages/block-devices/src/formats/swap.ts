import { fieldsOf } from "../fields.ts";
import { magic, type Format } from "../format.ts";

const pageSizes = [0x1000, 0x2000, 0x4000, 0x8000, 0x10000] as const;

/** What stands where swapon(8) expects its signature once the machine has been hibernated into it. */
const hibernated = {
  S1SUSPEND: "s1suspend",
  S2SUSPEND: "s2suspend",
  ULSUSPEND: "ulsuspend",
  LINHIB0001: "linhib0001",
} as const;

const tuxOnIce = [0xed, 0xc3, 0x02, 0xe9, 0x98, 0x56, 0xe5, 0x0c] as const;

const atPageEnds = (signature: string): Format["magics"] =>
  pageSizes.map((pageSize) => magic(pageSize - 10, signature));

/** Swap areas, by mkswap(8), in every page size. */
export const swap: Format = {
  magics: ["SWAPSPACE2", "SWAP-SPACE"].flatMap(atPageEnds),
  async read(reader, place) {
    const header = await reader.at(1024, 512);
    const signature = await reader.at(place, 10);
    if (header === undefined || signature === undefined) return undefined;
    const blockSize = place + 10;
    if (fieldsOf(signature).text(0, 10) === "SWAP-SPACE") {
      return { type: "swap", usage: "other", version: "0", blockSize };
    }
    const fields = [fieldsOf(header), fieldsOf(header, "big")].find((each) => each.u32(0) === 1);
    if (fields === undefined) return { rejected: "swap", why: "its version is not known" };
    if (fields.u32(4) === 0) return { rejected: "swap", why: "it has no pages" };
    return { type: "swap", usage: "other", version: "1", blockSize, ...identity(header) };
  },
};

/** Swap areas that hold a hibernated system: neither to be activated nor to be made anew. */
export const swsuspend: Format = {
  magics: [...Object.keys(hibernated).flatMap(atPageEnds), magic(0, tuxOnIce)],
  async read(reader, place) {
    const header = await reader.at(1024, 512);
    if (header === undefined) return undefined;
    if (place === 0) return { type: "swsuspend", usage: "other", version: "tuxonice" };
    const signature = fieldsOf((await reader.at(place, 10)) ?? header).text(0, 10);
    const version = Object.entries(hibernated).find(([text]) => text === signature)?.[1];
    if (version === undefined) return undefined;
    return {
      type: "swsuspend",
      usage: "other",
      version,
      blockSize: place + 10,
      ...identity(header),
    };
  },
};

/** UUID and label, which old areas lack: there, two bytes further on are not zero. */
function identity(
  header: Uint8Array,
): { uuid: string | undefined; uuidKind: "dce"; label: string | undefined } | undefined {
  const fields = fieldsOf(header);
  if (fields.u16(76 + 32) !== 0) return undefined;
  return { uuid: fields.uuid(12), uuidKind: "dce", label: fields.text(28, 16) };
}
