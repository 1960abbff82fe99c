import type { BlockDeviceInfo } from "./block-device-info.ts";
import { trackDevices, type BlockDeviceLinux } from "./device-tracker.ts";

/** Lists the block devices that are there now, each read once; by device number. */
export async function listBlockDevices(
  linux: BlockDeviceLinux,
): Promise<readonly BlockDeviceInfo[]> {
  const tracker = trackDevices(linux);
  tracker.scan();
  await tracker.settled();
  return tracker.devices();
}
