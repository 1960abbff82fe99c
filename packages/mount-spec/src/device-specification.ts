import { printable } from "@earlyboot/linux-syscalls";
import { formatUuid, parseUuid, type UuidKind } from "./uuid.ts";

/** A device by its path: `/dev/vda1`. Also the source of a bind mount. */
export interface DeviceByPath {
  readonly path: string;
}

/** A device by its number: `"8:1"`, major and minor. */
export interface DeviceByNumber {
  readonly number: string;
}

/** A file system by its label. */
export interface DeviceByLabel {
  readonly label: string;
}

/** A file system by its UUID. */
export interface DeviceByUuid {
  readonly uuid: string;
  readonly kind: UuidKind;
}

/** A partition by its UUID: of GPT, or `SSSSSSSS-PP`, disk signature and partition number, of MBR. */
export interface DeviceByPartUuid {
  readonly partUuid: string;
  /** How many partitions after that one the wanted one comes, as `/PARTNROFF=`. */
  readonly partOffset?: number;
}

/** A partition by its label (GPT). */
export interface DeviceByPartLabel {
  readonly partLabel: string;
}

/** A directory of an NFS server. */
export interface NfsDevice {
  readonly nfs: { readonly host: string; readonly path: string };
}

/** What a virtual machine's host shares under a tag. */
export interface TaggedDevice {
  readonly tag: string;
  /** The type of the file system, where the specification itself says it. */
  readonly type?: TagType;
}

/** Types of file systems that are found by a tag. */
export type TagType = "9p" | "virtiofs";

/** No device: the name under which a pseudo file system shows. */
export interface NoDevice {
  readonly none: string;
}

/** What to mount: exactly one of the forms. Tell them apart by `device.path !== undefined` and its kin. */
export type DeviceSpecification = ExactlyOne<
  | DeviceByPath
  | DeviceByNumber
  | DeviceByLabel
  | DeviceByUuid
  | DeviceByPartUuid
  | DeviceByPartLabel
  | NfsDevice
  | TaggedDevice
  | NoDevice
>;

/** One of several forms of an object, and no field of another. */
export type ExactlyOne<
  Forms,
  Field extends PropertyKey = Forms extends unknown ? keyof Forms : never,
> = Forms extends unknown
  ? Forms & { readonly [Name in Exclude<Field, keyof Forms>]?: never }
  : never;

/**
 * Reads the text form of a device specification: all forms of `root=`, and besides them `none:NAME` and
 * `tag:TAG`. What is none of them is a label.
 *
 * @throws DeviceSpecificationError for a form that is begun and not right, such as `UUID=xyz`.
 */
export function parseDeviceSpecification(text: string): DeviceSpecification {
  const [, form, rest = ""] = /^(none|tag):(.+)$/s.exec(text) ?? [];
  if (form === undefined) return parseRootDevice(text);
  return form === "none" ? { none: rest } : { tag: rest };
}

/** Writes a device specification so that {@link parseDeviceSpecification} reads the same. */
export function formatDeviceSpecification(device: DeviceSpecification): string {
  if (device.path !== undefined) return device.path;
  if (device.number !== undefined) return device.number;
  if (device.label !== undefined) return `LABEL=${device.label}`;
  if (device.uuid !== undefined) return `UUID=${device.uuid}`;
  if (device.partUuid !== undefined) return formatPartUuid(device);
  if (device.partLabel !== undefined) return `PARTLABEL=${device.partLabel}`;
  if (device.nfs !== undefined) return `nfs:${nfsSource(device.nfs)}`;
  if (device.tag !== undefined) return `${device.type ?? "tag"}:${device.tag}`;
  return device.none === "tmpfs" ? "tmpfs" : `none:${device.none}`;
}

/** The `HOST:PATH` that mount(2) wants; an address of IPv6 stands in brackets. */
export function nfsSource({ host, path }: NfsDevice["nfs"]): string {
  return `${host.includes(":") ? `[${host}]` : host}:${path}`;
}

/** Reads `HOST:/PATH`; `undefined` when it is something else. */
export function parseNfsSource(text: string): DeviceSpecification | undefined {
  return readNfs(/^(\[[^\]\s/[\0]+\]|[^\s:/[\]\0]+):(\/[^\0]*)$/.exec(text));
}

/**
 * Reads a text exactly as `root=` takes it.
 *
 * @throws DeviceSpecificationError
 */
export function parseRootDevice(text: string): DeviceSpecification {
  if (text === "" || text.includes("\0")) {
    throw new DeviceSpecificationError(text, "a device, a tag such as LABEL=, or a label");
  }
  if (text.startsWith("/")) return { path: text };
  if (text === "tmpfs") return { none: text };
  return parseTag(text) ?? parseColonForm(text) ?? parseBareUuid(text) ?? { label: text };
}

function parseTag(text: string): DeviceSpecification | undefined {
  const [, tag, value = ""] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.*)$/s.exec(text) ?? [];
  if (tag === undefined) return undefined;
  if (value === "") throw new DeviceSpecificationError(text, `something after ${tag}=`);
  if (tag === "LABEL") return { label: value };
  if (tag === "PARTLABEL") return { partLabel: value };
  return tag === "UUID" ? parseUuidTag(text, value) : parsePartUuid(text, value);
}

function parseUuidTag(text: string, value: string): DeviceSpecification {
  const device = parseBareUuid(value);
  if (device !== undefined) return device;
  throw new DeviceSpecificationError(
    text,
    "a UUID: 8-4-4-4-12 hexadecimal digits, 1234-ABCD, 16 hexadecimal digits, or a date with seven numbers",
  );
}

function parsePartUuid(text: string, value: string): DeviceSpecification {
  const [, id, offset = "0"] = /^([0-9a-f-]+)(?:\/PARTNROFF=([+-]?\d+))?$/i.exec(value) ?? [];
  const partOffset = Number(offset);
  if (id === undefined || !isPartUuid(id) || !Number.isSafeInteger(partOffset)) {
    throw new DeviceSpecificationError(
      text,
      "8-4-4-4-12 hexadecimal digits, or a disk signature and a partition number such as 1234abcd-01, " +
        "and perhaps /PARTNROFF= and a number",
    );
  }
  return partOffset === 0
    ? { partUuid: id.toLowerCase() }
    : { partUuid: id.toLowerCase(), partOffset };
}

/** Whether a text is the UUID of a partition, of GPT or of MBR. */
export function isPartUuid(text: string): boolean {
  return parseUuid(text, "dce") !== undefined || /^[0-9a-f]{8}-[0-9a-f]{2}$/i.test(text);
}

function formatPartUuid({ partUuid, partOffset = 0 }: DeviceByPartUuid): string {
  return `PARTUUID=${partUuid}${partOffset === 0 ? "" : `/PARTNROFF=${partOffset}`}`;
}

function parseColonForm(text: string): DeviceSpecification | undefined {
  const [, major, minor] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (major !== undefined) return { number: `${BigInt(major)}:${BigInt(minor ?? 0)}` };
  const [, type, tag = ""] = /^(9p|virtiofs):(.+)$/s.exec(text) ?? [];
  if (type !== undefined) return { tag, type: type === "9p" ? "9p" : "virtiofs" };
  const nfs = readNfs(/^nfs:(\[[^\]\s/[]+\]|[^\s:/[\]]+):(.+)$/s.exec(text));
  return nfs ?? parseNfsSource(text);
}

function readNfs(match: RegExpExecArray | null): DeviceSpecification | undefined {
  const [, host, path] = match ?? [];
  if (host === undefined || path === undefined) return undefined;
  return { nfs: { host: host.replace(/^\[(.*)\]$/, "$1"), path } };
}

function parseBareUuid(text: string): DeviceSpecification | undefined {
  const uuid = parseUuid(text);
  return uuid && { uuid: formatUuid(uuid), kind: uuid.kind };
}

/** A text is no device specification. Its `code` is `BAD_DEVICE_SPECIFICATION`. */
export class DeviceSpecificationError extends Error {
  override readonly name: string = "DeviceSpecificationError";
  readonly code = "BAD_DEVICE_SPECIFICATION";
  readonly text: string;

  constructor(text: string, expected: string) {
    super(`no device is specified by "${printable(text)}": expected ${expected}`);
    this.text = text;
  }
}
