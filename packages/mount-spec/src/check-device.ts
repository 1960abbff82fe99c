import type { Reading } from "./declaration-error.ts";
import {
  isPartUuid,
  parseNfsSource,
  type DeviceSpecification,
  type TagType,
} from "./device-specification.ts";
import { formatUuid, parseUuid, uuidKinds, type UuidKind } from "./uuid.ts";

/** The fields by which the forms of a device specification are told apart. */
const forms = [
  "path",
  "number",
  "label",
  "uuid",
  "partUuid",
  "partLabel",
  "nfs",
  "tag",
  "none",
] as const;

type Form = (typeof forms)[number];

/** Fields that go with a form. */
const companions: Readonly<Partial<Record<Form, readonly string[]>>> = {
  uuid: ["kind"],
  partUuid: ["partOffset"],
  tag: ["type"],
};

/** An object whose fields have not been looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a device specification, and gives it back with its UUIDs in the usual case.
 *
 * @throws DeclarationError for what is none.
 */
export function checkDevice(value: unknown, reading: Reading): DeviceSpecification {
  const fields = asFields(value, "device", reading);
  const found = forms.filter((form) => fields[form] !== undefined);
  const [form] = found;
  if (form === undefined || found.length > 1) throw notOneForm(fields, found, reading);
  if (reading.strict) refuseStrangers(fields, form, reading);
  return readers[form](fields, reading);
}

const readers: Readonly<Record<Form, (fields: Fields, reading: Reading) => DeviceSpecification>> = {
  path: ({ path }, reading) => ({
    path: matching(path, "path", /^\/[^\0]*$/, "an absolute path", reading),
  }),
  number: ({ number }, reading) => ({
    number: matching(number, "number", /^(0|[1-9]\d*):(0|[1-9]\d*)$/, 'numbers as "8:1"', reading),
  }),
  label: ({ label }, reading) => ({ label: someText(label, "label", reading) }),
  uuid: readUuid,
  partUuid: readPartUuid,
  partLabel: ({ partLabel }, reading) => ({ partLabel: someText(partLabel, "partLabel", reading) }),
  nfs: readNfs,
  tag: readTag,
  none: ({ none }, reading) => ({ none: someText(none, "none", reading) }),
};

function readUuid({ uuid, kind }: Fields, { blame }: Reading): DeviceSpecification {
  const known = uuidKinds.find((one) => one === kind);
  if (known === undefined) {
    const expected = `one of ${uuidKinds.join(", ")}`;
    throw blame({ field: "device.kind", value: kind, expected, words: uuidKinds });
  }
  const parsed = typeof uuid === "string" ? parseUuid(uuid, known) : undefined;
  if (parsed !== undefined) return { uuid: formatUuid(parsed), kind: known };
  throw blame({ field: "device.uuid", value: uuid, expected: examples[known] });
}

const examples: Readonly<Record<UuidKind, string>> = {
  dce: "8-4-4-4-12 hexadecimal digits",
  fat: "hexadecimal digits such as 1234-ABCD",
  exfat: "hexadecimal digits such as 1234-ABCD",
  ntfs: "16 hexadecimal digits",
  iso9660: "digits such as 2024-01-31-12-00-00-00",
};

function readPartUuid(fields: Fields, { blame }: Reading): DeviceSpecification {
  const { partUuid, partOffset = 0 } = fields;
  if (typeof partUuid !== "string" || !isPartUuid(partUuid)) {
    const expected = "8-4-4-4-12 hexadecimal digits, or 8-2 of them as 1234abcd-01";
    throw blame({ field: "device.partUuid", value: partUuid, expected });
  }
  if (typeof partOffset !== "number" || !Number.isSafeInteger(partOffset)) {
    throw blame({ field: "device.partOffset", value: partOffset, expected: "a whole number" });
  }
  const id = partUuid.toLowerCase();
  return partOffset === 0 ? { partUuid: id } : { partUuid: id, partOffset };
}

function readNfs({ nfs }: Fields, reading: Reading): DeviceSpecification {
  const { host, path } = asFields(nfs, "device.nfs", reading);
  return {
    nfs: {
      host: matching(host, "nfs.host", /^[^\s/[\]\0]+$/, "a host's name or address", reading),
      path: someText(path, "nfs.path", reading),
    },
  };
}

function readTag({ tag, type }: Fields, reading: Reading): DeviceSpecification {
  const text = someText(tag, "tag", reading);
  if (type === undefined) return { tag: text };
  if (isTagType(type)) return { tag: text, type };
  throw reading.blame({ field: "device.type", value: type, expected: '"9p" or "virtiofs"' });
}

/** Whether a file system of this type is found by a tag. */
function isTagType(type: unknown): type is TagType {
  return type === "9p" || type === "virtiofs";
}

/**
 * Reads what the first column of an fstab holds besides tags, and what declarations of old hold as their
 * device: a path, `HOST:/PATH`, a 9p or virtiofs tag, or the name of no device.
 */
export function deviceFromSource(source: string, type: string): DeviceSpecification {
  if (isTagType(type)) return { tag: source };
  if (source.startsWith("/")) return { path: source };
  return parseNfsSource(source) ?? { none: source };
}

function someText(value: unknown, field: string, reading: Reading): string {
  return matching(value, field, /^[^\0]+$/, "a text that is not empty", reading);
}

function matching(
  value: unknown,
  field: string,
  pattern: RegExp,
  expected: string,
  { blame }: Reading,
): string {
  if (typeof value === "string" && pattern.test(value)) return value;
  throw blame({ field: `device.${field}`, value, expected });
}

/** The fields of an object, by their names. */
export function asFields(value: unknown, field: string, { blame }: Reading): Fields {
  if (isFields(value)) return value;
  throw blame({ field, value, expected: "an object" });
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function notOneForm(fields: Fields, found: readonly Form[], { blame }: Reading): Error {
  if (found.length > 1) {
    return blame({
      field: "device",
      value: fields,
      expected: `one of ${found.join(", ")}, not more`,
    });
  }
  const [word] = Object.keys(fields);
  const expected = `an object with one of ${forms.join(", ")}`;
  if (word === undefined) return blame({ field: "device", value: fields, expected });
  return blame({ field: `device.${word}`, value: fields[word], expected, words: forms, word });
}

function refuseStrangers(fields: Fields, form: Form, { blame }: Reading): void {
  const words: readonly string[] = [form, ...(companions[form] ?? [])];
  const word = Object.keys(fields).find(
    (name) => !words.includes(name) && fields[name] !== undefined,
  );
  if (word === undefined) return;
  const expected = `no such field, but only ${words.join(", ")}`;
  throw blame({ field: `device.${word}`, value: fields[word], expected, words, word });
}
