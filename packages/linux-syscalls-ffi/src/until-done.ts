import { abortSignal } from "./arguments.ts";

/**
 * Waits until `begin`'s `done` is called, or `signal` aborts; `begin` gives a function that clears
 * up, which is called in either case.
 *
 * @throws the signal's reason when it has aborted.
 */
export async function untilDone(
  call: string,
  signal: AbortSignal | undefined,
  begin: (done: () => void) => () => void,
): Promise<void> {
  const abort = abortSignal(call, signal);
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => resolve();
  // By the classes' own methods: what a signal's owner puts in their place could do anything.
  if (abort !== undefined) {
    AbortSignal.prototype.throwIfAborted.call(abort);
    EventTarget.prototype.addEventListener.call(abort, "abort", done);
  }
  const clear = begin(done);
  await promise;
  clear();
  if (abort === undefined) return;
  EventTarget.prototype.removeEventListener.call(abort, "abort", done);
  AbortSignal.prototype.throwIfAborted.call(abort);
}
