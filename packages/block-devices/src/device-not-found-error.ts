import { nearestWord, printable } from "@earlyboot/linux-syscalls";
import { formatDeviceSpecification, type DeviceSpecification } from "@earlyboot/mount-spec";
import type { BlockDeviceInfo } from "./block-device-info.ts";
import { describeBlockDevices } from "./describe-block-device.ts";
import { answersTo, isBlockDevice } from "./wanted-device.ts";

/** No device answered to what was wanted in time. */
export class DeviceNotFoundError extends Error {
  override readonly name: string = "DeviceNotFoundError";
  readonly code = "DEVICE_NOT_FOUND";
  readonly wanted: DeviceSpecification;
  /** Every device that was there, the nearest to what was wanted first. */
  readonly seen: readonly BlockDeviceInfo[];
  /** The one of `seen` that was most probably meant. */
  readonly nearest?: BlockDeviceInfo;
  /** Whether it is `nearest` that was wanted, and only lacks other devices of its file system. */
  readonly incomplete: boolean;

  constructor(wanted: DeviceSpecification, devices: readonly BlockDeviceInfo[]) {
    const near = nearMiss(wanted, devices);
    const seen = devices.toSorted(
      (a, b) => Number(b === near?.device) - Number(a === near?.device),
    );
    const lines = describeBlockDevices(seen).map((line) => `  ${line}`);
    super([explain(wanted, near, devices), ...lines].join("\n"));
    this.wanted = wanted;
    this.seen = seen;
    this.incomplete = near?.incomplete ?? false;
    if (near !== undefined) this.nearest = near.device;
  }
}

/** A device that is almost what was wanted, and what is to be said of it. */
interface NearMiss {
  readonly device: BlockDeviceInfo;
  readonly sentence: string;
  readonly incomplete?: boolean;
}

function explain(
  wanted: DeviceSpecification,
  near: NearMiss | undefined,
  devices: readonly BlockDeviceInfo[],
): string {
  const name = printable(formatDeviceSpecification(wanted));
  if (!isBlockDevice(wanted)) return `${name} is no block device`;
  if (near !== undefined) return near.sentence;
  return devices.length === 0
    ? `${name} is not there, nor any other block device: is the driver of the disk in the image?`
    : `${name} is not there; what is there:`;
}

/** What answers but is not fit, else the same word elsewhere, else a similar word. */
function nearMiss(
  wanted: DeviceSpecification,
  devices: readonly BlockDeviceInfo[],
): NearMiss | undefined {
  const name = printable(formatDeviceSpecification(wanted));
  const answering = devices.filter((device) => answersTo(wanted, device, devices));
  const [unfit] = answering;
  if (unfit !== undefined) {
    const sentence = `${name} ${whyUnfit(unfit, answering)}`;
    return { device: unfit, sentence, incomplete: isIncomplete(unfit, answering) };
  }
  const tags = devices.flatMap(tagsOf);
  const kind = kindOf(wanted);
  const value = valueOf(wanted);
  const same = tags.find((tag) => tag.value.toLowerCase() === value.toLowerCase());
  const alike = tags.filter((tag) => tag.kind === kind);
  const word = nearestWord(
    value,
    alike.map((tag) => tag.value),
  );
  const found = same ?? alike.find((tag) => tag.value === word);
  if (found === undefined) return undefined;
  const instead = printable(found.kind === "" ? found.value : `${found.kind}=${found.value}`);
  const place = found.kind === "" ? "" : `, on ${found.device.path}`;
  return { device: found.device, sentence: `${name} is not there; ${instead} is${place}` };
}

function whyUnfit(unfit: BlockDeviceInfo, answering: readonly BlockDeviceInfo[]): string {
  const { path, status, problem, identification } = unfit;
  if (status === "unreadable") return `is there, but cannot be read: ${printable(problem ?? "")}`;
  if (status === "empty") return "is there, but has no content: nothing has been attached to it";
  if (status === "pending") return "is there, but is still being read";
  const paths = answering.map((device) => device.path).join(", ");
  if (isIncomplete(unfit, answering)) {
    const expected = identification?.member?.devices;
    return `has only ${answering.length} of its ${expected} devices: ${paths}${absent(answering)}`;
  }
  if (identification?.usage === "filesystem") return `is on ${path}, which something else uses`;
  return `is on ${path}, which is ${identification?.type ?? status}: it is only a part of what is to be opened`;
}

function isIncomplete(
  { identification }: BlockDeviceInfo,
  answering: readonly BlockDeviceInfo[],
): boolean {
  const expected = identification?.member?.devices ?? 1;
  return identification?.usage === "filesystem" && expected > answering.length;
}

/** The members that the others name and that are not there. */
function absent(answering: readonly BlockDeviceInfo[]): string {
  const named = answering.flatMap(({ identification }) => identification?.member?.subUuids ?? []);
  const present = answering.map(({ identification }) => identification?.subUuid);
  const missing = [...new Set(named)].filter((uuid) => !present.includes(uuid));
  return missing.length === 0 ? "" : `; missing is UUID_SUB=${missing.join(" and UUID_SUB=")}`;
}

interface Tag {
  readonly device: BlockDeviceInfo;
  /** As before the equals sign; empty for a path. */
  readonly kind: string;
  readonly value: string;
}

function tagsOf(device: BlockDeviceInfo): readonly Tag[] {
  const { identification, partition, path, mapperPath } = device;
  const values: readonly (readonly [string, string | undefined])[] = [
    ["LABEL", identification?.label],
    ["UUID", identification?.uuid],
    ["PARTLABEL", partition?.label],
    ["PARTUUID", partition?.uuid],
    ["", path],
    ["", mapperPath],
  ];
  return values.flatMap(([kind, value]) => (value === undefined ? [] : [{ device, kind, value }]));
}

function kindOf({ label, uuid, partUuid, partLabel }: DeviceSpecification): string {
  if (label !== undefined) return "LABEL";
  if (uuid !== undefined) return "UUID";
  if (partUuid !== undefined) return "PARTUUID";
  return partLabel === undefined ? "" : "PARTLABEL";
}

function valueOf({ path, number, label, uuid, partUuid, partLabel }: DeviceSpecification): string {
  return label ?? uuid ?? partUuid ?? partLabel ?? path ?? number ?? "";
}
