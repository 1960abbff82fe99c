/** The functions of Node's `node:util/types` that are used. */
export function isUint8Array(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

export function isSharedArrayBuffer(value: unknown): value is SharedArrayBuffer {
  return value instanceof SharedArrayBuffer;
}

/** A script cannot tell; who hands proxies in here is part of the same program. */
export function isProxy(): boolean {
  return false;
}
