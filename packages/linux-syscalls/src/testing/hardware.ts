import type { BlockWorld } from "./block-devices.ts";
import { type SysfsDevice, putDevice } from "./sysfs-devices.ts";

/** Brings in a device of any kind, and announces it. Its `MODALIAS` is an attribute too. */
export function addHardware({ sysfs, uevents }: BlockWorld, device: SysfsDevice): void {
  const { devpath, subsystem, properties, attributes } = device;
  const { MODALIAS: modalias } = properties;
  const shown = modalias === undefined ? {} : { modalias: () => modalias };
  putDevice(sysfs, uevents, { ...device, attributes: { ...shown, ...attributes } });
  uevents.announce("add", devpath, { SUBSYSTEM: subsystem, ...properties });
}
