import { asFields, checkDevice, deviceFromSource, type Fields } from "./check-device.ts";
import type { Location, Reading } from "./declaration-error.ts";
import type { DeviceSpecification } from "./device-specification.ts";
import type { DeviceTitle, FileSystem, Repair } from "./file-system.ts";
import { hasCheck } from "./file-system-types.ts";
import { checkFlags } from "./flags.ts";
import { formatUuid, parseUuid } from "./uuid.ts";

/** All fields of a declaration. */
const known: readonly (keyof FileSystem)[] = [
  "device",
  "mountPoint",
  "type",
  "flags",
  "options",
  "mount",
  "mountMayFail",
  "neededForBoot",
  "check",
  "skipCheckIfClean",
  "repair",
  "createMountPoint",
  "dependencies",
  "location",
];

/**
 * Reads a declaration, its dependencies by `readDependency`, and fills the defaults.
 *
 * @throws DeclarationError
 */
export function checkDeclaration(
  declaration: unknown,
  reading: Reading,
  readDependency: (value: unknown, index: number) => FileSystem | string,
): FileSystem {
  const fields = asFields(declaration, "declaration", reading);
  if (reading.strict) {
    refuseUnknownField(fields, reading);
    checkLocation(fields["location"], reading);
  }
  const { flags = [], options = null, repair = "preen", dependencies = [] } = fields;
  const type = checkType(fields["type"], reading);
  return withBindFlag(
    {
      device: readDevice(fields, type, reading),
      mountPoint: checkMountPoint(fields["mountPoint"], reading),
      type,
      flags: checkFlags(flags, reading),
      options: checkOptions(options, reading),
      mount: checkBoolean(fields, "mount", true, reading),
      mountMayFail: checkBoolean(fields, "mountMayFail", false, reading),
      neededForBoot: checkBoolean(fields, "neededForBoot", false, reading),
      check: readCheck(fields, type, reading),
      skipCheckIfClean: checkBoolean(fields, "skipCheckIfClean", true, reading),
      repair: checkRepair(repair, reading),
      createMountPoint: checkBoolean(fields, "createMountPoint", false, reading),
      dependencies: checkList(dependencies, reading).map(readDependency),
    },
    reading,
  );
}

function refuseUnknownField(fields: Fields, { blame }: Reading): void {
  const words: readonly string[] = [...known, "title"];
  const word = Object.keys(fields).find((name) => !words.includes(name));
  if (word === undefined) return;
  const expected = `no such field, but only ${known.join(", ")}`;
  throw blame({ field: word, value: fields[word], expected, words, word });
}

function checkLocation(value: unknown, { blame }: Reading): void {
  if (value === undefined || isLocation(value)) return;
  throw blame({ field: "location", value, expected: "a file, a line and a column" });
}

/** Where a declaration says that it was made. */
export function locationOf(declaration: unknown): Location | undefined {
  if (typeof declaration !== "object" || declaration === null) return undefined;
  const location = "location" in declaration ? declaration.location : undefined;
  return isLocation(location) ? location : undefined;
}

function isLocation(value: unknown): value is Location {
  if (typeof value !== "object" || value === null) return false;
  const { file, line, column }: Partial<Location> = value;
  return typeof file === "string" && typeof line === "number" && typeof column === "number";
}

function checkType(value: unknown, { blame }: Reading): string {
  if (typeof value === "string" && /^[^\s\0]+$/.test(value)) return value;
  throw blame({ field: "type", value, expected: "the type of a file system, such as ext4" });
}

/** The device, with what the `title` of old says about it. */
function readDevice(fields: Fields, type: string, reading: Reading): DeviceSpecification {
  const { device, title } = fields;
  if (title === undefined && typeof device !== "string") return checkDevice(device, reading);
  if (title === undefined) throw deviceIsText(device, reading);
  if (typeof device !== "string" || device === "") {
    throw reading.blame({
      field: "device",
      value: device,
      expected: "a text, since it has a title",
    });
  }
  return checkDevice(readTitledDevice(device, title, type, reading), reading);
}

function deviceIsText(value: unknown, { blame }: Reading): Error {
  const expected = "an object such as { label: … } (parseDeviceSpecification makes one of a text)";
  return blame({ field: "device", value, expected });
}

function readTitledDevice(
  device: string,
  title: unknown,
  type: string,
  { blame }: Reading,
): DeviceSpecification {
  if (title === "device") return deviceFromSource(device, type);
  if (title === "label") return { label: device };
  if (title !== "uuid") {
    throw blame({
      field: "title",
      value: title,
      expected: `one of ${titles.join(", ")}`,
      words: titles,
    });
  }
  const uuid = parseUuid(device);
  if (uuid === undefined) throw blame({ field: "device", value: device, expected: "a UUID" });
  return { uuid: formatUuid(uuid), kind: uuid.kind };
}

const titles: readonly DeviceTitle[] = ["device", "label", "uuid"];

function checkMountPoint(value: unknown, { blame }: Reading): string {
  if (typeof value === "string" && /^\/[^\0]*$/.test(value) && !/\/\.\.(\/|$)/.test(value)) {
    return value;
  }
  throw blame({ field: "mountPoint", value, expected: "an absolute path without .." });
}

function checkOptions(value: unknown, { blame }: Reading): string | null {
  if (value === null || value === "") return null;
  if (typeof value === "string" && !value.includes("\0")) return value;
  throw blame({ field: "options", value, expected: "a text, or null" });
}

function checkBoolean(
  fields: Fields,
  field: keyof FileSystem,
  byDefault: boolean,
  { blame }: Reading,
): boolean {
  const { [field]: value = byDefault } = fields;
  if (typeof value === "boolean") return value;
  throw blame({ field, value, expected: "true or false" });
}

/** Of a type that has no check, only a strict reading refuses the wish for one. */
function readCheck(fields: Fields, type: string, reading: Reading): boolean {
  const check = checkBoolean(fields, "check", hasCheck(type), reading);
  if (!check || hasCheck(type)) return check;
  if (!reading.strict) return false;
  const expected = `false, since no program checks the type ${type}`;
  throw reading.blame({ field: "check", value: check, expected });
}

function checkRepair(value: unknown, { blame }: Reading): Repair {
  if (value === "preen" || typeof value === "boolean") return value;
  throw blame({ field: "repair", value, expected: '"preen", true or false', words: ["preen"] });
}

function checkList(value: unknown, { blame }: Reading): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw blame({ field: "dependencies", value, expected: "a list" });
}

function withBindFlag(fs: FileSystem, { blame }: Reading): FileSystem {
  if (fs.type !== "none" || fs.flags.includes("bind-mount")) return fs;
  const expected = 'a list with "bind-mount", since the type is none';
  throw blame({ field: "flags", value: fs.flags, expected });
}
