import { decodeText, fieldsOf, type Fields } from "../fields.ts";
import { magic, type Format, type Verdict } from "../format.ts";
import type { Reader } from "../reader.ts";

const firstDescriptor = 0x8000;
const descriptorSize = 0x800;
const descriptorLimit = 16;
const supplementary = 2;
const terminator = 255;

/** The escape sequences that say: this descriptor is Joliet's, its names are UTF-16. */
const jolietEscapes = ["%/@", "%/C", "%/E"];

/** ISO 9660 with Joliet, and the older High Sierra. */
export const iso9660: Format = {
  magics: [magic(firstDescriptor + 1, "CD001"), magic(firstDescriptor + 9, "CDROM")],
  async read(reader, place) {
    const bytes = await reader.at(firstDescriptor, descriptorSize);
    if (bytes === undefined) return undefined;
    const primary = fieldsOf(bytes);
    if (place === firstDescriptor + 9) return highSierra(primary);
    const joliet = await jolietLabel(reader);
    const label = primary.slice(40, 32);
    return {
      type: "iso9660",
      usage: "filesystem",
      version: joliet === undefined ? undefined : "Joliet Extension",
      uuid: dateUuid(primary.slice(830, 17)) ?? dateUuid(primary.slice(813, 17)),
      uuidKind: "iso9660",
      label: joliet === undefined ? decodeText(label) : mergeLabels(label, joliet),
      blockSize: descriptorSize,
    };
  },
};

function highSierra(descriptor: Fields): Verdict {
  return {
    type: "iso9660",
    usage: "filesystem",
    version: "High Sierra",
    label: descriptor.text(48, 32),
    blockSize: descriptorSize,
  };
}

/** The raw label of the first Joliet descriptor: UTF-16BE. */
async function jolietLabel(reader: Reader): Promise<Uint8Array | undefined> {
  for (let index = 1; index <= descriptorLimit; index++) {
    const bytes = await reader.at(firstDescriptor + index * descriptorSize, descriptorSize);
    if (bytes === undefined) return undefined;
    const descriptor = fieldsOf(bytes);
    if (descriptor.u8(0) === terminator || descriptor.text(1, 5) !== "CD001") return undefined;
    const escape = descriptor.text(88, 3) ?? "";
    if (descriptor.u8(0) === supplementary && jolietEscapes.includes(escape)) {
      return descriptor.slice(40, 32);
    }
  }
  return undefined;
}

/** Joliet's 16 characters, continued by the primary label when that only tells the same in ASCII. */
function mergeLabels(primary: Uint8Array, joliet: Uint8Array): string | undefined {
  const wide = new TextDecoder("utf-16be").decode(joliet);
  const same = Array.from(wide).every((character, index) => {
    const code = character.charCodeAt(0);
    return code < 0x80 && primary[index] === code;
  });
  return same ? decodeText(primary) : decodeText(joliet, "utf-16be");
}

/** 16 digits and an offset from Greenwich; all digits "0" and no offset is no date. */
function dateUuid(date: Uint8Array): string | undefined {
  const digits = decodeText(date.subarray(0, 16)) ?? "";
  const unset = digits === "0".repeat(16) && date[16] === 0;
  const parts = /^(.{4})(.{2})(.{2})(.{2})(.{2})(.{2})(.{2})$/u.exec(digits);
  return unset ? undefined : parts?.slice(1).join("-");
}
