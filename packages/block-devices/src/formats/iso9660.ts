import { decodeText, fieldsOf, type Fields } from "../fields.ts";
import { magic, type Format, type Verdict } from "../format.ts";
import type { Reader } from "../reader.ts";

const firstDescriptor = 0x8000;
const descriptorSize = 0x800;
const descriptorLimit = 16;

/** Kinds of descriptors, by their first byte. See ECMA-119, section 8. */
const Kind = { Primary: 1, Supplementary: 2, Terminator: 255 } as const;

/** The escape sequences that say: this descriptor is Joliet's, its names are UTF-16. */
const jolietEscapes = ["%/@", "%/C", "%/E"];

/** ISO 9660 with Joliet, and the older High Sierra. */
export const iso9660: Format = {
  magics: [magic(firstDescriptor + 1, "CD001"), magic(firstDescriptor + 9, "CDROM")],
  async read(reader, place) {
    if (place === firstDescriptor + 9) return await highSierra(reader);
    const descriptors = await readDescriptors(reader);
    const primary = descriptors.find((descriptor) => descriptor.u8(0) === Kind.Primary);
    if (primary === undefined) {
      return { rejected: "iso9660", why: "it has no primary volume descriptor" };
    }
    const joliet = descriptors.find(isJoliet)?.slice(40, 32);
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

async function highSierra(reader: Reader): Promise<Verdict> {
  const bytes = await reader.at(firstDescriptor, descriptorSize);
  return {
    type: "iso9660",
    usage: "filesystem",
    version: "High Sierra",
    label: bytes && fieldsOf(bytes).text(48, 32),
    blockSize: descriptorSize,
  };
}

/** The descriptors of the volume, up to the one that ends them. */
async function readDescriptors(reader: Reader): Promise<readonly Fields[]> {
  const descriptors: Fields[] = [];
  while (descriptors.length <= descriptorLimit) {
    const place = firstDescriptor + descriptors.length * descriptorSize;
    const bytes = await reader.at(place, descriptorSize);
    const descriptor = fieldsOf(bytes ?? new Uint8Array());
    if (descriptor.text(1, 5) !== "CD001" || descriptor.u8(0) === Kind.Terminator) break;
    descriptors.push(descriptor);
  }
  return descriptors;
}

function isJoliet(descriptor: Fields): boolean {
  const escape = descriptor.text(88, 3) ?? "";
  return descriptor.u8(0) === Kind.Supplementary && jolietEscapes.includes(escape);
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
