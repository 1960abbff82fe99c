import { FileKind, errorCode, type Linux } from "@earlyboot/linux-syscalls";
import type { DeviceSpecification } from "@earlyboot/mount-spec";
import type { BlockDeviceInfo } from "./block-device-info.ts";
import type { Usage } from "./identification.ts";
import { holdersOf } from "./sysfs-device.ts";
import { answersTo, contentsOf } from "./wanted-device.ts";

/** What a list of devices means for somebody who wants one of them. */
export type Choice =
  | { readonly kind: "missing" }
  /** Several devices that are not one. */
  | { readonly kind: "several"; readonly devices: readonly BlockDeviceInfo[] }
  /** `devices` are all members of a file system, and `device` the one that answers; or some are missing. */
  | {
      readonly kind: "one" | "incomplete";
      readonly device: BlockDeviceInfo;
      readonly devices: readonly BlockDeviceInfo[];
    };

/** What choosing needs of the system. */
export type ChooseLinux = Pick<Linux, "readDirectory" | "stat">;

/** Chooses among `devices`; a device by label or UUID must be of one of `usages`. */
export function chooseDevice(
  linux: ChooseLinux,
  wanted: DeviceSpecification,
  devices: readonly BlockDeviceInfo[],
  usages: readonly Usage[],
): Choice {
  const answering = devices.filter((device) => answersTo(wanted, device, devices));
  if (wanted.path !== undefined && answering.length === 0) {
    const number = nodeNumber(linux, wanted.path);
    return choiceOf(
      devices.filter(({ device }) => device === number),
      devices,
    );
  }
  if (wanted.label === undefined && wanted.uuid === undefined) return choiceOf(answering, devices);
  const usable = answering.filter(
    (device) =>
      contentsOf(device).some(({ usage }) => usages.includes(usage)) &&
      holdersOf(linux, device.name).length === 0,
  );
  const last = usable.filter(({ name }) => !usable.some(({ disk }) => disk === name));
  return choiceOf(last, usable);
}

/** What those mean that answer; the other members of their file system are among `all`. */
function choiceOf(answering: readonly BlockDeviceInfo[], all: readonly BlockDeviceInfo[]): Choice {
  const [device] = answering;
  if (device === undefined) return { kind: "missing" };
  if (!isOnSeveralDevices(device)) {
    return answering.length === 1
      ? { kind: "one", device, devices: answering }
      : { kind: "several", devices: answering };
  }
  const members = all.filter((other) => isSameFileSystem(device, other));
  const own = new Set(members.map(({ identification }) => identification?.subUuid));
  const isOne = own.size === members.length && answering.every((each) => members.includes(each));
  if (!isOne) return { kind: "several", devices: Array.from(new Set([...answering, ...members])) };
  const expected = device.identification?.member?.devices ?? 1;
  return { kind: members.length < expected ? "incomplete" : "one", device, devices: members };
}

/** Members of one file system share type and UUID; each has a UUID of its own besides. */
function isSameFileSystem(one: BlockDeviceInfo, other: BlockDeviceInfo): boolean {
  const [a, b] = [one.identification, other.identification];
  return isOnSeveralDevices(other) && a?.type === b?.type && a?.uuid === b?.uuid;
}

/** A file system, not an array's member, that says it has more devices than this one. */
function isOnSeveralDevices({ identification }: BlockDeviceInfo): boolean {
  return identification?.usage === "filesystem" && (identification.member?.devices ?? 1) > 1;
}

/** The number of the block device whose node is at `path`, links followed. */
function nodeNumber(linux: Pick<Linux, "stat">, path: string): bigint | undefined {
  try {
    const { mode, rdev } = linux.stat(path);
    return (mode & FileKind.Mask) === FileKind.Block ? rdev : undefined;
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP", "EACCES"].includes(errorCode(error) ?? "")) return undefined;
    throw error;
  }
}
