import { parseDeviceNumber } from "@earlyboot/linux-syscalls";
import { parseUuid, sameUuid, type DeviceSpecification } from "@earlyboot/mount-spec";
import type { BlockDeviceInfo } from "./block-device-info.ts";
import type { Identification } from "./identification.ts";

/**
 * The wish behind a path below `/dev/disk/by-…`, which udev would make: `/dev/disk/by-label/my\x20root`
 * is `{ label: "my root" }`. Every other wish stays.
 */
export function resolveUdevPath(wanted: DeviceSpecification): DeviceSpecification {
  const directory = /^\/dev\/disk\/by-(label|uuid|partuuid|partlabel)\/([^/]+)$/;
  const [, kind, name = ""] = directory.exec(wanted.path ?? "") ?? [];
  const value = decodeUdevName(name);
  if (kind === "label") return { label: value };
  if (kind === "uuid") return { uuid: value, kind: parseUuid(value)?.kind ?? "dce" };
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

/** Whether a block device is wanted at all, rather than a share, a tag or a pseudo file system. */
export function isBlockDevice({ nfs, tag, none }: DeviceSpecification): boolean {
  return nfs === undefined && tag === undefined && none === undefined;
}

/** Whether `device` answers to what is wanted. */
export function answersTo(
  wanted: DeviceSpecification,
  device: BlockDeviceInfo,
  devices: readonly BlockDeviceInfo[],
): boolean {
  const { path, number, label, uuid, partUuid, partOffset, partLabel } = wanted;
  if (path !== undefined) return [device.path, device.mapperPath].includes(path);
  if (number !== undefined) return device.device === parseDeviceNumber(number);
  if (partLabel !== undefined) return device.partition?.label === partLabel.trimEnd();
  if (partUuid !== undefined) return hasPartUuid(partUuid, partOffset ?? 0, device, devices);
  if (uuid !== undefined) return contentsOf(device).some((each) => isSameUuid(each.uuid, uuid));
  return label !== undefined && contentsOf(device).some((each) => each.label === label.trimEnd());
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
  if (offset === 0) return isSameUuid(partition.uuid, uuid);
  const named = devices.find(
    (other) => other.disk === disk && other.partition?.number === partition.number - offset,
  );
  return isSameUuid(named?.partition?.uuid, uuid);
}

function isSameUuid(found: string | undefined, wanted: string): boolean {
  return found !== undefined && sameUuid(found, wanted);
}
