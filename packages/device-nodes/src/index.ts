/**
 * Make the essential device nodes in /dev.
 *
 * @packageDocumentation
 */
export type { DeviceNode } from "./device-node.ts";
export { DeviceNodeError, type WrongNode } from "./device-node-error.ts";
export { deviceNumber } from "./device-number.ts";
export { essentialDeviceNodes, nodesBesideDevtmpfs } from "./essential-device-nodes.ts";
export {
  type DeviceNodeOptions,
  makeDeviceNodes,
  makeEssentialDeviceNodes,
  type NodeLinux,
} from "./make-device-nodes.ts";
export type { NodeKind } from "./node-kind.ts";
export { parseStaticNodes } from "./parse-static-nodes.ts";
