import { parseDeviceNumber } from "@earlyboot/linux-syscalls";
import type { BlockDeviceInfo } from "./block-device-info.ts";
import type { Identification } from "./identification.ts";

/** How a block device is asked for: one of the fields. A specification of mount-spec is such a wish. */
export interface WantedDevice {
  readonly path?: string;
  /** `"8:1"`, major and minor. */
  readonly number?: string;
  readonly label?: string;
  readonly uuid?: string;
  readonly partUuid?: string;
  /** How many partitions after that one, on the same disk. */
  readonly partOffset?: number;
  readonly partLabel?: string;
}

/** A wish as it stands after `root=`. */
export function formatWantedDevice(wanted: WantedDevice): string {
  const { path, number, label, uuid, partUuid, partOffset = 0, partLabel } = wanted;
  if (label !== undefined) return `LABEL=${label}`;
  if (uuid !== undefined) return `UUID=${uuid}`;
  if (partLabel !== undefined) return `PARTLABEL=${partLabel}`;
  if (partUuid === undefined) return path ?? number ?? "nothing";
  return `PARTUUID=${partUuid}${partOffset === 0 ? "" : `/PARTNROFF=${partOffset}`}`;
}

/**
 * The wish behind a path below `/dev/disk/by-…`, which udev would make: `/dev/disk/by-label/my\x20root`
 * is `{ label: "my root" }`. Every other wish stays.
 */
export function resolveUdevPath(wanted: WantedDevice): WantedDevice {
  const directory = /^\/dev\/disk\/by-(label|uuid|partuuid|partlabel)\/([^/]+)$/;
  const [, kind, name = ""] = directory.exec(wanted.path ?? "") ?? [];
  const value = decodeUdevName(name);
  if (kind === "label") return { label: value };
  if (kind === "uuid") return { uuid: value };
  if (kind === "partuuid") return { partUuid: value };
  return kind === "partlabel" ? { partLabel: value } : wanted;
}

/** udev writes what is no letter or digit as `\xNN`, one for each byte. */
function decodeUdevName(name: string): string {
  return name.replace(/(?:\\x[0-9a-fA-F]{2})+/g, (escapes) => {
    const bytes = escapes.split("\\x").slice(1);
    return new TextDecoder().decode(Uint8Array.from(bytes, (hex) => Number.parseInt(hex, 16)));
  });
}

/** Whether `device` answers to what is wanted. */
export function answersTo(
  wanted: WantedDevice,
  device: BlockDeviceInfo,
  devices: readonly BlockDeviceInfo[],
): boolean {
  const { path, number, label, uuid, partUuid, partOffset, partLabel } = wanted;
  if (path !== undefined) return [device.path, device.mapperPath].includes(path);
  if (number !== undefined) return device.device === parseDeviceNumber(number);
  if (partLabel !== undefined) return device.partition?.label === partLabel;
  if (partUuid !== undefined) return hasPartUuid(partUuid, partOffset ?? 0, device, devices);
  return contentsOf(device).some((content) =>
    uuid === undefined ? content.label === label?.trimEnd() : sameText(content.uuid, uuid),
  );
}

/** What is on a device, or all that may be. */
export function contentsOf(device: BlockDeviceInfo): readonly Identification[] {
  return device.candidates ?? (device.identification === undefined ? [] : [device.identification]);
}

/** Whether the partition `offset` numbers before `device`, on the same disk, has that UUID. */
function hasPartUuid(
  uuid: string,
  offset: number,
  { disk, partition }: BlockDeviceInfo,
  devices: readonly BlockDeviceInfo[],
): boolean {
  if (partition === undefined) return false;
  if (offset === 0) return sameText(partition.uuid, uuid);
  const named = devices.find(
    (other) => other.disk === disk && other.partition?.number === partition.number - offset,
  );
  return sameText(named?.partition?.uuid, uuid);
}

/** UUIDs in text are the same in upper and lower case. */
export function sameText(a: string | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}
