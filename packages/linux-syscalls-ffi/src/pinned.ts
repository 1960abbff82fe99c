/** Memory whose address native code has. */
const inUse = new Set<readonly Uint8Array[]>();

/**
 * Runs something that passes addresses of `memory` to native code. A variable would not do: the
 * engine may free what a variable holds as soon as nobody is going to read it.
 */
export function withPinned<Value>(memory: readonly Uint8Array[], run: () => Value): Value {
  inUse.add(memory);
  try {
    return run();
  } finally {
    inUse.delete(memory);
  }
}
