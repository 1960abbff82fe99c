import type { Linux, UeventBatch, UeventSource } from "@earlyboot/linux-syscalls";
import type { BlockDeviceInfo } from "./block-device-info.ts";
import { trackDevices, type BlockDeviceLinux, type DeviceTracker } from "./device-tracker.ts";

/** What watching block devices needs of the system. */
export type WatchLinux = BlockDeviceLinux & Pick<Linux, "openUevents" | "sleep">;

/** How long until a device that could not be read is tried again, in milliseconds, if no event comes before. */
const firstRetry = 250;
const lastRetry = 8000;

/** How long until uevents are subscribed to again after the subscription was lost. */
const reopenDelay = 100;

/** Changes in a burst are one, in milliseconds. */
const burst = 20;

/** How {@link watchBlockDevices} works. */
export interface WatchOptions {
  /** Ends the watch; the loop that reads it ends without an error. */
  readonly signal?: AbortSignal;
}

/**
 * Gives all block devices, once at the beginning and again whenever one has come, gone or been read.
 * Nothing falls between: uevents are subscribed to before the devices are listed, and all are listed
 * again when the kernel had to drop events.
 */
export async function* watchBlockDevices(
  linux: WatchLinux,
  { signal }: WatchOptions = {},
): AsyncGenerator<readonly BlockDeviceInfo[], void, undefined> {
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const bell = makeBell(stopped);
  const failed = (error: unknown): void => bell.fail(error);
  const tracker = trackDevices(linux, {
    onChange: () => bell.ring(),
    onUnreadable: (failures, retry) => {
      const delay = Math.min(firstRetry * 2 ** (failures - 1), lastRetry);
      whenSlept(linux, delay, stopped, retry).catch(failed);
    },
  });
  const following = followUevents(linux, tracker, stopped).catch(failed);
  try {
    while (!stopped.aborted) {
      bell.reset();
      yield tracker.devices();
      await bell.rung();
      if (!tracker.isReading()) continue;
      await Promise.race([tracker.settled(), whenSlept(linux, burst, stopped)]);
    }
  } finally {
    stop.abort();
    await following;
  }
}

/** Keeps `tracker` up to date until `stopped`. */
async function followUevents(
  linux: WatchLinux,
  tracker: DeviceTracker,
  stopped: AbortSignal,
): Promise<void> {
  while (!stopped.aborted) {
    const uevents = linux.openUevents();
    try {
      tracker.scan();
      await applyUevents(uevents, tracker, stopped);
    } finally {
      uevents.close();
    }
    await whenSlept(linux, reopenDelay, stopped);
  }
}

/** Returns when the subscription has ended. */
async function applyUevents(
  uevents: UeventSource,
  tracker: DeviceTracker,
  stopped: AbortSignal,
): Promise<void> {
  for (;;) {
    const batch = await nextBatch(uevents, stopped);
    if (batch.overflow) tracker.scan();
    else applyBatch(tracker, batch);
    if (batch.closed) return;
  }
}

async function nextBatch(uevents: UeventSource, stopped: AbortSignal): Promise<UeventBatch> {
  try {
    return await uevents.next(stopped);
  } catch (error) {
    if (stopped.aborted) return { events: [], overflow: false, closed: true };
    throw error;
  }
}

/** Looks at each device once, however many events a burst holds. */
function applyBatch(tracker: DeviceTracker, { events }: UeventBatch): void {
  const changed = new Map<string, boolean>();
  for (const { action, devpath, properties } of events) {
    if (properties["SUBSYSTEM"] !== "block") continue;
    const name = devpath.split("/").at(-1) ?? "";
    changed.set(name, changed.get(name) === true || action !== "add");
  }
  for (const [name, mayHaveChanged] of changed) tracker.look(name, { mayHaveChanged });
}

async function whenSlept(
  linux: Pick<Linux, "sleep">,
  milliseconds: number,
  stopped: AbortSignal,
  then: () => void = () => {},
): Promise<void> {
  try {
    await linux.sleep(milliseconds, stopped);
  } catch (error) {
    if (stopped.aborted) return;
    throw error;
  }
  then();
}

/** Lets one side wait until the other has something new; several rings before a reset are one. */
interface Bell {
  ring(): void;
  /** Lets the one who waits fail. */
  fail(reason: unknown): void;
  /** Resolves once it has been rung since the last reset. */
  rung(): Promise<void>;
  reset(): void;
}

function makeBell(stopped: AbortSignal): Bell {
  let failure: { readonly reason: unknown } | undefined;
  let { promise, resolve } = Promise.withResolvers<void>();
  stopped.addEventListener("abort", () => resolve());
  return {
    ring: () => resolve(),
    fail(reason) {
      failure = { reason };
      resolve();
    },
    async rung() {
      await promise;
      if (failure !== undefined) throw failure.reason;
    },
    reset() {
      if (failure === undefined) ({ promise, resolve } = Promise.withResolvers<void>());
    },
  };
}
