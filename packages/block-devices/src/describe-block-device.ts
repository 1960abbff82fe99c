import { printable } from "@earlyboot/linux-syscalls";
import type { BlockDeviceInfo } from "./block-device-info.ts";
import type { Identification } from "./identification.ts";

/** One line about a device, fit for a console: `/dev/vda1  10 GiB  ext4  LABEL=root  UUID=…`. */
export function describeBlockDevice(device: BlockDeviceInfo): string {
  const { path, size, status, partition, problem, partitionTable } = device;
  const table = partitionTable === undefined ? undefined : `${partitionTable.type} partition table`;
  const content = status === "read" ? describeContent(device.identification, table) : status;
  const words = [
    path,
    formatSize(size),
    ...(status === "ambiguous" ? [describeCandidates(device.candidates ?? [])] : [content]),
    tag("LABEL", device.identification?.label),
    tag("UUID", device.identification?.uuid),
    tag("PARTLABEL", partition?.label),
    tag("PARTUUID", partition?.uuid),
    problem === undefined ? undefined : `(${printable(problem)})`,
    ...(device.rejections ?? []).map(({ rejected, why }) => `(not ${rejected}: ${why})`),
  ];
  return words.filter((word) => word !== undefined).join("  ");
}

/**
 * A line about each device, and one for all those that have no content, the last: a kernel may have many
 * loop devices to which nothing is attached.
 */
export function describeBlockDevices(devices: readonly BlockDeviceInfo[]): readonly string[] {
  const empty = devices.filter(({ status }) => status === "empty");
  const lines = devices.filter(({ status }) => status !== "empty").map(describeBlockDevice);
  return empty.length === 0
    ? lines
    : [...lines, `empty: ${empty.map(({ path }) => path).join(" ")}`];
}

function describeContent(content: Identification | undefined, table: string | undefined): string {
  return content?.type ?? table ?? "nothing known on it";
}

function describeCandidates(candidates: readonly Identification[]): string {
  return candidates
    .map(({ type, label }) => [type, tag("LABEL", label)].join(" ").trim())
    .join(" or ");
}

function tag(name: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${name}=${printable(value)}`;
}

const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;

/** A size for people, in binary units: `1.5 GiB`. */
export function formatSize(bytes: bigint): string {
  let value = Number(bytes);
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${Number(value.toFixed(value < 100 ? 1 : 0))} ${units[unit] ?? ""}`;
}
