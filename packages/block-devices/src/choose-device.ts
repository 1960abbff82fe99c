import { FileKind, errorCode, type Linux } from "@earlyboot/linux-syscalls";
import type { DeviceSpecification } from "@earlyboot/mount-spec";
import type { BlockDeviceInfo } from "./block-device-info.ts";
import type { Usage } from "./identification.ts";
import { holdersOf } from "./sysfs-device.ts";
import { answersTo, contentsOf } from "./wanted-device.ts";

/** What a list of devices means for somebody who wants one of them. */
export type Choice =
  | { readonly kind: "missing" }
  /** Members of one file system on several devices, of which more are to come. */
  | { readonly kind: "incomplete"; readonly devices: readonly BlockDeviceInfo[] }
  /** Several devices that are not one. */
  | { readonly kind: "several"; readonly devices: readonly BlockDeviceInfo[] }
  /** `devices` are all members, the first by number is `device`. */
  | {
      readonly kind: "one";
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
    return choiceOf(devices.filter(({ device }) => device === number));
  }
  if (wanted.label === undefined && wanted.uuid === undefined) return choiceOf(answering);
  const usable = answering.filter(
    (device) =>
      contentsOf(device).some(({ usage }) => usages.includes(usage)) &&
      holdersOf(linux, device.name).length === 0,
  );
  return choiceOf(usable.filter(({ name }) => !usable.some(({ disk }) => disk === name)));
}

function choiceOf(devices: readonly BlockDeviceInfo[]): Choice {
  const [device] = devices;
  if (device === undefined) return { kind: "missing" };
  const expected = device.identification?.member?.devices ?? 1;
  if (!areMembersOfOne(devices)) return { kind: "several", devices };
  if (isOnSeveralDevices(device) && devices.length < expected)
    return { kind: "incomplete", devices };
  return { kind: "one", device, devices };
}

/** Members of one file system share type and UUID; each has a UUID of its own besides. */
function areMembersOfOne(devices: readonly BlockDeviceInfo[]): boolean {
  const [first] = devices;
  if (devices.length <= 1) return true;
  const own = devices.map(({ identification }) => identification?.subUuid);
  return (
    own.every((uuid) => uuid !== undefined) &&
    new Set(own).size === devices.length &&
    devices.every(
      (device) =>
        isOnSeveralDevices(device) &&
        device.identification?.type === first?.identification?.type &&
        device.identification?.uuid === first?.identification?.uuid,
    )
  );
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
