import type { Linux } from "@earlyboot/linux-syscalls";
import type { DeviceSpecification } from "@earlyboot/mount-spec";
import { AmbiguousContentError } from "./ambiguous-content-error.ts";
import { AmbiguousDeviceError } from "./ambiguous-device-error.ts";
import type { BlockDeviceInfo } from "./block-device-info.ts";
import { chooseDevice, type Choice } from "./choose-device.ts";
import { DeviceNotFoundError } from "./device-not-found-error.ts";
import type { Usage } from "./identification.ts";
import { isBlockDevice, resolveUdevPath } from "./wanted-device.ts";
import { watchBlockDevices, type WatchLinux } from "./watch-block-devices.ts";

/** What finding a device needs of the system. */
export type FindLinux = WatchLinux & Pick<Linux, "now" | "stat">;

/** How long other devices may keep the answer waiting once there is one, in milliseconds. */
const patience = 10_000;

/** How often progress is told while nothing happens, in milliseconds. */
const tick = 1000;

/** What {@link FindOptions.onProgress} hears. Times are in milliseconds. */
export interface FindProgress {
  readonly elapsed: number;
  /** Until it is given up; `undefined` when it never is. */
  readonly remaining?: number;
  /** All devices that are there. */
  readonly devices: readonly BlockDeviceInfo[];
  /** Members of what is wanted, when it needs more of them. */
  readonly found: readonly BlockDeviceInfo[];
}

/** How {@link findDevice} works. */
export interface FindOptions {
  /** When to give up, in milliseconds; `undefined` is never, 0 is after one look. */
  readonly timeout?: number | undefined;
  /** Ends the search with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Hears of the search whenever a device comes, goes or has been read, and each second. */
  readonly onProgress?: ((progress: FindProgress) => void) | undefined;
  /** Whether a file system of which devices are missing is accepted when the time is over; default false. */
  readonly allowIncomplete?: boolean | undefined;
  /** What a device that is wanted by label or UUID may be; default `filesystem` and `other` (swap). */
  readonly usages?: readonly Usage[] | undefined;
}

/** A device that was found. */
export interface FoundDevice extends BlockDeviceInfo {
  /** All devices of the file system, this one included; more than one only for btrfs and its like. */
  readonly members: readonly BlockDeviceInfo[];
}

/**
 * Waits for the one device that answers to `specification`.
 *
 * A path or a number is decided as soon as that device has been read. Everything else is decided when all
 * devices that are there have been read, or 10 s after the first that answers: a second device with the
 * same label must not go unnoticed because it was slower.
 *
 * @throws DeviceNotFoundError when the time is over, with everything that was seen; at once for what is no
 * block device, such as a share of NFS.
 * @throws AmbiguousDeviceError when several devices answer.
 * @throws AmbiguousContentError when the one that answers to a label or UUID looks like two things.
 */
export async function findDevice(
  linux: FindLinux,
  specification: DeviceSpecification,
  options: FindOptions = {},
): Promise<FoundDevice> {
  const { timeout, signal, onProgress, allowIncomplete } = options;
  const { usages = ["filesystem", "other"] } = options;
  if (!isBlockDevice(specification)) throw new DeviceNotFoundError(specification, []);
  const wanted = resolveUdevPath(specification);
  const began = linux.now();
  let answeredAt: number | undefined;
  for await (const devices of looks(linux, timeout, signal)) {
    const elapsed = linux.now() - began;
    const choice = chooseDevice(linux, wanted, devices, usages);
    answeredAt = choice.kind === "missing" ? undefined : (answeredAt ?? elapsed);
    const over = isOver(elapsed, timeout, devices);
    const impatient = over || elapsed - (answeredAt ?? elapsed) >= patience;
    if (impatient || isSettled(wanted, choice, devices)) {
      const found = decide(wanted, choice);
      if (found !== undefined) return found;
    }
    if (over) {
      if (!allowIncomplete || choice.kind !== "incomplete") {
        throw new DeviceNotFoundError(specification, devices);
      }
      return { ...choice.device, members: choice.devices };
    }
    onProgress?.(progressOf(elapsed, timeout, devices, choice));
  }
  throw signal?.reason;
}

/** Whether the time is over; what is being read by then may still be read to its end. */
function isOver(
  elapsed: number,
  timeout: number | undefined,
  devices: readonly BlockDeviceInfo[],
): boolean {
  if (timeout === undefined || elapsed < timeout) return false;
  return elapsed >= timeout + patience || devices.every(({ status }) => status !== "pending");
}

/** Whether the answer can no more be changed by a device that is being read. */
function isSettled(
  wanted: DeviceSpecification,
  choice: Choice,
  devices: readonly BlockDeviceInfo[],
): boolean {
  const isDirect = wanted.path !== undefined || wanted.number !== undefined;
  const relevant = isDirect && choice.kind === "one" ? choice.devices : devices;
  return relevant.every(({ status }) => status !== "pending");
}

/** What was chosen; nothing when there is more to wait for. */
function decide(wanted: DeviceSpecification, choice: Choice): FoundDevice | undefined {
  if (choice.kind === "several") throw new AmbiguousDeviceError(wanted, choice.devices);
  if (choice.kind !== "one" || isUnknown(choice.device)) return undefined;
  const { status, candidates = [], path } = choice.device;
  const byContent = wanted.label !== undefined || wanted.uuid !== undefined;
  if (status === "ambiguous" && byContent) throw new AmbiguousContentError(candidates, path);
  return { ...choice.device, members: choice.devices };
}

/** Nobody can say what is on it yet: it may become readable, or get a medium or a size. */
function isUnknown({ status }: BlockDeviceInfo): boolean {
  return status === "pending" || status === "unreadable" || status === "empty";
}

function progressOf(
  elapsed: number,
  timeout: number | undefined,
  devices: readonly BlockDeviceInfo[],
  choice: Choice,
): FindProgress {
  return {
    elapsed,
    ...(timeout === undefined ? {} : { remaining: timeout - elapsed }),
    devices,
    found: choice.kind === "missing" ? [] : choice.devices,
  };
}

/** Gives the devices whenever something has changed, each second, and when the time is over. */
async function* looks(
  linux: FindLinux,
  timeout: number | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly BlockDeviceInfo[], void, undefined> {
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const began = linux.now();
  const pause = async (): Promise<undefined> => {
    const remaining = (timeout ?? Infinity) - (linux.now() - began);
    await linux.sleep(remaining > 0 ? Math.min(tick, remaining) : tick, stopped).catch(ignoreAbort);
    return undefined;
  };
  // Nobody waits for the last pause when the search is over.
  const ignoreAbort = (error: unknown): void => {
    if (!stopped.aborted) throw error;
  };
  const watch = watchBlockDevices(linux, { signal: stopped });
  let devices: readonly BlockDeviceInfo[] = [];
  try {
    let [change, pausing] = [watch.next(), pause()];
    for (;;) {
      const changed = await Promise.race([change, pausing]);
      if (stopped.aborted || changed?.done) return;
      devices = changed?.value ?? devices;
      if (changed === undefined) pausing = pause();
      else change = watch.next();
      yield devices;
    }
  } finally {
    stop.abort();
    await watch.return();
  }
}
