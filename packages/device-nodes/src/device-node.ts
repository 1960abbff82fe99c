import type { NodeKind } from "./node-kind.ts";

/** One name in `/dev`. */
export interface DeviceNode {
  /** Its path below `/dev`: `input/mice`. */
  readonly name: string;
  readonly kind: NodeKind;
  /** Permissions, exactly; those of a link mean nothing. */
  readonly mode: number;
  /** Of block and character devices. */
  readonly major?: number;
  readonly minor?: number;
  /** Of a link. */
  readonly target?: string;
}
