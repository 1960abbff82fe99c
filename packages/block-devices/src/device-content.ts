import { errorCode, majorOf, type BlockDevice, type Linux } from "@earlyboot/linux-syscalls";
import type { AmbiguousContentError } from "./ambiguous-content-error.ts";
import type { BlockDeviceInfo } from "./block-device-info.ts";
import type { Identification, Rejection } from "./identification.ts";
import { identifyWith } from "./identify.ts";
import { readPartitionTableWith } from "./partition-table.ts";
import { openReader } from "./reader.ts";
import type { Source } from "./source.ts";
import type { SysfsDevice } from "./sysfs-device.ts";

/** The part of a {@link BlockDeviceInfo} that reading the device tells. */
export type DeviceContent = Pick<
  BlockDeviceInfo,
  "status" | "identification" | "partitionTable" | "candidates" | "rejections" | "problem"
>;

/** The smallest device that is read; an extended partition shows as 1 KiB. */
const smallest = 1025n;

/** What is known about a device without reading it, when that settles it. */
export function contentWithoutReading(device: SysfsDevice): DeviceContent | undefined {
  const kind = kindLeftAlone(device);
  if (kind !== undefined) return { status: "left-alone", problem: `${kind} is never read` };
  return device.size < smallest && !device.awaitsMedium ? { status: "empty" } : undefined;
}

/** Kinds of devices that block, move parts, or never carry a file system of the machine. */
function kindLeftAlone({ name, device }: SysfsDevice): string | undefined {
  if (majorOf(device) === 1) return "a RAM disk";
  if (majorOf(device) === 2) return "a floppy disk";
  if (name.startsWith("zram")) return "compressed RAM";
  if (name.startsWith("mtdblock")) return "raw flash memory";
  return /^mmcblk\d+rpmb$/.test(name) ? "a replay-protected memory block" : undefined;
}

/** Opens and reads a device. Failures are part of the answer. */
export async function readContent(
  linux: Pick<Linux, "openBlockDevice">,
  device: SysfsDevice,
): Promise<DeviceContent> {
  try {
    const opened = await linux.openBlockDevice(device.path);
    try {
      if (opened.size < smallest) return { status: "unreadable", problem: "there is no medium" };
      return await contentOf(sourceOf(opened, device), device.partitionNumber === undefined);
    } finally {
      opened.close();
    }
  } catch (error) {
    return { status: "unreadable", problem: problemOf(error) };
  }
}

const opticalDiscs = 11;

function sourceOf(opened: BlockDevice, { device }: SysfsDevice): Source {
  const { size, sectorSize } = opened;
  const isDisc = majorOf(device) === opticalDiscs;
  return { size, sectorSize, isDisc, read: (offset, length) => opened.read(offset, length) };
}

/** Reads what is on `source`; a whole disk may be divided into partitions. */
export async function contentOf(source: Source, isDisk: boolean): Promise<DeviceContent> {
  const reader = openReader(source);
  const rejections: Rejection[] = [];
  const onRejected = (rejection: Rejection): void => void rejections.push(rejection);
  const identified = await identifyWith(reader, { onRejected }).then(asIdentified, asAmbiguous);
  const partitionTable = isDisk ? await readPartitionTableWith(reader) : undefined;
  return {
    ...identified,
    ...(partitionTable === undefined ? {} : { partitionTable }),
    ...(rejections.length === 0 ? {} : { rejections }),
  };
}

function asIdentified(identification: Identification | undefined): DeviceContent {
  return { status: "read", ...(identification === undefined ? {} : { identification }) };
}

function asAmbiguous(error: AmbiguousContentError): DeviceContent {
  if (errorCode(error) !== "AMBIGUOUS_CONTENT") throw error;
  return { status: "ambiguous", candidates: error.candidates };
}

/** What an error says. */
export function problemOf(error: unknown): string {
  return error instanceof Object && "message" in error ? String(error.message) : String(error);
}
