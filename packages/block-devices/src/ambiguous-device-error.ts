import { printable } from "@earlyboot/linux-syscalls";
import { formatDeviceSpecification, type DeviceSpecification } from "@earlyboot/mount-spec";
import type { BlockDeviceInfo } from "./block-device-info.ts";
import { describeBlockDevice } from "./describe-block-device.ts";

/** Several devices answer to what was wanted: whoever chose between them would guess. */
export class AmbiguousDeviceError extends Error {
  override readonly name: string = "AmbiguousDeviceError";
  readonly code = "AMBIGUOUS_DEVICE";
  readonly wanted: DeviceSpecification;
  /** All that answer. */
  readonly devices: readonly BlockDeviceInfo[];

  constructor(wanted: DeviceSpecification, devices: readonly BlockDeviceInfo[]) {
    const paths = devices.map(({ path }) => path).join(" and ");
    super(
      [
        `${printable(formatDeviceSpecification(wanted))} is on ${paths}: nothing tells which one is meant; ` +
          "name it by UUID=, PARTUUID= or its path, or take one of them away",
        ...devices.map((device) => `  ${describeBlockDevice(device)}`),
      ].join("\n"),
    );
    this.wanted = wanted;
    this.devices = devices;
  }
}
