/**
 * Know what is on a block device, and find one by path, label, UUID, partition UUID or partition label.
 *
 * @packageDocumentation
 */
export { AmbiguousContentError } from "./ambiguous-content-error.ts";
export { AmbiguousDeviceError } from "./ambiguous-device-error.ts";
export type { BlockDeviceInfo, DeviceStatus } from "./block-device-info.ts";
export { describeBlockDevice, describeBlockDevices, formatSize } from "./describe-block-device.ts";
export { DeviceNotFoundError } from "./device-not-found-error.ts";
export type { BlockDeviceLinux } from "./device-tracker.ts";
export {
  findDevice,
  type FindLinux,
  type FindOptions,
  type FindProgress,
  type FoundDevice,
} from "./find-device.ts";
export type {
  Identification,
  IdentifiedUuidKind,
  MemberDetails,
  Rejection,
  Usage,
} from "./identification.ts";
export { identify, type IdentifyOptions } from "./identify.ts";
export { listBlockDevices } from "./list-block-devices.ts";
export { readPartitionTable, type Partition, type PartitionTable } from "./partition-table.ts";
export { ShortReadError } from "./short-read-error.ts";
export { sourceOfBytes, type Source } from "./source.ts";
export { watchBlockDevices, type WatchLinux, type WatchOptions } from "./watch-block-devices.ts";
