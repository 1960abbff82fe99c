import { printable } from "@earlyboot/linux-syscalls";
import type { BlockDeviceInfo } from "./block-device-info.ts";
import { describeBlockDevice } from "./describe-block-device.ts";
import { formatWantedDevice, type WantedDevice } from "./wanted-device.ts";

/** Several devices answer to what was wanted: whoever chose between them would guess. */
export class AmbiguousDeviceError extends Error {
  override readonly name: string = "AmbiguousDeviceError";
  readonly code = "AMBIGUOUS_DEVICE";
  readonly wanted: WantedDevice;
  /** All that answer. */
  readonly devices: readonly BlockDeviceInfo[];

  constructor(wanted: WantedDevice, devices: readonly BlockDeviceInfo[]) {
    const paths = devices.map(({ path }) => path).join(" and ");
    super(
      [
        `${printable(formatWantedDevice(wanted))} is on ${paths}: nothing tells which one is meant; ` +
          "name it by UUID=, PARTUUID= or its path, or take one of them away",
        ...devices.map((device) => `  ${describeBlockDevice(device)}`),
      ].join("\n"),
    );
    this.wanted = wanted;
    this.devices = devices;
  }
}
