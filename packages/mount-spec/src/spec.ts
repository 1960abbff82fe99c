import { decodeBase64, encodeBase64 } from "./base64.ts";
import { asFields, type Fields } from "./check-device.ts";
import { checkDeclaration } from "./check-declaration.ts";
import { DeclarationError, type DeclarationFault, type Reading } from "./declaration-error.ts";
import type { DeviceSpecification } from "./device-specification.ts";
import type { FileSystem } from "./file-system.ts";
import { formatUuid, isUuid, parseUuid, uuidKinds, type UuidKind } from "./uuid.ts";

/** The version of the serial form that {@link toSpec} writes, and the highest that {@link fromSpec} reads. */
export const specVersion = 1;

/** The serial form of a declared file system, for JSON. Its schema is the package's `schema.json`. */
export interface FileSystemSpec extends Omit<FileSystem, "device" | "dependencies" | "location"> {
  readonly version: typeof specVersion;
  readonly device: DeviceSpec;
  readonly dependencies: readonly (FileSystemSpec | string)[];
}

/** The serial form of a device specification: as it is, but of a UUID the bytes, in base64. */
export type DeviceSpec =
  | Exclude<DeviceSpecification, { readonly uuid: string }>
  | { readonly uuid: { readonly kind: UuidKind; readonly bytes: string } };

/** Gives the serial form of a file system: plain data that {@link fromSpec} reads. Its location is left out. */
export function toSpec(fs: FileSystem): FileSystemSpec {
  const { device, dependencies, location: _, ...rest } = fs;
  return {
    version: specVersion,
    ...rest,
    device: toDeviceSpec(device),
    dependencies: dependencies.map((one) => (typeof one === "string" ? one : toSpec(one))),
  };
}

function toDeviceSpec(device: DeviceSpecification): DeviceSpec {
  if (device.uuid === undefined) return device;
  const bytes = parseUuid(device.uuid, device.kind)?.bytes ?? new Uint8Array();
  return { uuid: { kind: device.kind, bytes: encodeBase64(bytes) } };
}

/**
 * Reads the serial form of a file system: what `schema.json` accepts, and nothing else. Fields that are not
 * known are ignored, those that are missing get their defaults. The positional forms of old,
 * `[device, title, mountPoint, type, flags, options, check]` and the same without the title, read as well.
 *
 * @throws DeclarationError with the field, its value and what is expected.
 * @throws SpecVersionError for a form that is newer than this program.
 */
export function fromSpec(value: unknown): FileSystem {
  return readSpec(value, "");
}

function readSpec(value: unknown, prefix: string): FileSystem {
  const reading: Reading = {
    strict: false,
    blame: (fault: DeclarationFault) =>
      new DeclarationError({ ...fault, field: prefix + fault.field }),
  };
  const fields = Array.isArray(value) ? fromPositions(value, reading) : fromVersion(value, reading);
  return checkDeclaration(fields, reading, (dependency, index) => {
    if (typeof dependency === "string" && dependency !== "") return dependency;
    return readSpec(dependency, `${prefix}dependencies[${index}].`);
  });
}

function fromVersion(value: unknown, reading: Reading): Fields {
  const fields = asFields(value, "the file system", reading);
  checkVersion(fields["version"], reading);
  return { ...fields, device: fromDeviceSpec(fields["device"], reading), title: undefined };
}

function checkVersion(value: unknown, { blame }: Reading): void {
  if (value === specVersion) return;
  if (typeof value === "number" && value > specVersion) throw new SpecVersionError(value);
  throw blame({ field: "version", value, expected: String(specVersion) });
}

/** Turns the bytes of a UUID into its text; everything else stays as it is. */
function fromDeviceSpec(value: unknown, reading: Reading): unknown {
  if (typeof value !== "object" || value === null || !("uuid" in value)) return value;
  const { kind, bytes } = asFields(value.uuid, "device.uuid", reading);
  const known = uuidKinds.find((one) => one === kind);
  if (known === undefined) {
    const expected = `one of ${uuidKinds.join(", ")}`;
    throw reading.blame({ field: "device.uuid.kind", value: kind, expected, words: uuidKinds });
  }
  const uuid = typeof bytes === "string" ? uuidOfBase64(bytes, known) : undefined;
  if (uuid !== undefined) return { ...value, uuid, kind: known };
  const expected = `the bytes of a UUID of the kind ${known}, in base64`;
  throw reading.blame({ field: "device.uuid.bytes", value: bytes, expected });
}

function uuidOfBase64(text: string, kind: UuidKind): string | undefined {
  const bytes = decodeBase64(text);
  return bytes && isUuid(kind, bytes) ? formatUuid({ kind, bytes }) : undefined;
}

function fromPositions(list: readonly unknown[], reading: Reading): Fields {
  if (list.length !== 6 && list.length !== 7) {
    const expected =
      "[device, title, mountPoint, type, flags, options, check], or that without title";
    throw reading.blame({ field: "the file system", value: list, expected });
  }
  const [device, title] = list;
  const [mountPoint, type, flags, options, check] = list.slice(-5);
  const rest = { mountPoint, type, flags, options, check };
  if (list.length === 7) return { ...rest, device, title: title ?? null };
  if (typeof device === "string") return { ...rest, device, title: "device" };
  return { ...rest, device: fromDeviceSpec(device, reading) };
}

/** A serial form is newer than this program. Its `code` is `NEWER_SPEC`. */
export class SpecVersionError extends Error {
  override readonly name: string = "SpecVersionError";
  readonly code = "NEWER_SPEC";
  readonly version: number;

  constructor(version: number) {
    super(
      `the file system is written in version ${version} of its serial form, and this program reads ` +
        `up to version ${specVersion}: build the image anew`,
    );
    this.version = version;
  }
}
