import { fieldsOf } from "../fields.ts";
import { magic, type Format, type Verdict } from "../format.ts";
import type { Reader } from "../reader.ts";

const secondaryPlaces = Array.from({ length: 9 }, (_, index) => 0x4000 << index);

/** LUKS1 and LUKS2, by their primary header. */
export const luks: Format = {
  magics: [magic(0, [0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe])],
  read: readHeader,
};

/** LUKS2 by its secondary header, where the primary one has been destroyed. */
export const luksSecondary: Format = {
  magics: [],
  async read(reader) {
    for (const place of secondaryPlaces) {
      const bytes = await reader.at(place, 4096);
      if (bytes === undefined) return undefined;
      const fields = fieldsOf(bytes, "big");
      if (fields.text(0, 4) !== "SKUL" || fields.u16(4) !== 0xbabe) continue;
      if (fields.u64(256) === place) return await readHeader(reader, place);
    }
    return undefined;
  },
};

async function readHeader(reader: Reader, place: number): Promise<Verdict> {
  const bytes = await reader.at(place, 592);
  if (bytes === undefined) return undefined;
  const fields = fieldsOf(bytes, "big");
  const version = fields.u16(6);
  if (version !== 1 && version !== 2) {
    return { rejected: "crypto_LUKS", why: `its version is ${version}` };
  }
  return {
    type: "crypto_LUKS",
    usage: "crypto",
    version: String(version),
    uuid: fields.text(168, 40),
    uuidKind: "dce",
    label: version === 2 ? fields.text(24, 48) : undefined,
  };
}
