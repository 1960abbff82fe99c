import { deviceFromSource } from "./check-device.ts";
import {
  DeviceSpecificationError,
  parseDeviceSpecification,
  type DeviceSpecification,
} from "./device-specification.ts";
import { unescapeOctal } from "./octal-escapes.ts";

/** The columns of a line of fstab(5), without their escapes. */
export interface FstabLine {
  /** Counted from 1. */
  readonly line: number;
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly options: string;
  /** In which round to check; 0 for never. */
  readonly pass: number;
}

/** Takes a line apart: its columns, or the reason why not; `undefined` when nothing stands there. */
export function splitFstabLine(text: string, line: number): FstabLine | string | undefined {
  const columns = text.split(/[ \t]+/).filter((column) => column !== "");
  if (columns.length === 0 || columns[0]?.startsWith("#") === true) return undefined;
  const [source, target, type, options = "defaults", dump = "0", pass = "0"] =
    columns.map(unescapeOctal);
  if (source === undefined || target === undefined) return "it names no mount point";
  if (type === undefined) return "it names no type of file system";
  const number = [dump, pass].find((column) => !/^[+-]?\d+$/.test(column));
  if (number !== undefined) return `"${number}" is no number`;
  if (columns.some((column) => unescapeOctal(column).includes("\ufffd"))) return "it is not UTF-8";
  if (isOpenQuote(options)) return "a quote in its options is never closed";
  return { line, source, target, type, options, pass: Number(pass) };
}

function isOpenQuote(options: string): boolean {
  return (options.match(/"/g)?.length ?? 0) % 2 === 1;
}

/**
 * Reads the first column: a tag such as `UUID=…`, perhaps with quotes round its value, or a source.
 *
 * @throws DeviceSpecificationError
 */
export function readFstabDevice(source: string, type: string): DeviceSpecification {
  if (source.startsWith("ID=")) {
    throw new DeviceSpecificationError(source, "a tag that does not need udev, such as UUID=");
  }
  const [, tag, value = ""] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.*)$/s.exec(source) ?? [];
  if (tag === undefined) return deviceFromSource(source, type);
  const device = parseDeviceSpecification(`${tag}=${value.replace(/^"(.*)"$/s, "$1")}`);
  return device.kind === "fat" && type === "exfat" ? { ...device, kind: "exfat" } : device;
}
