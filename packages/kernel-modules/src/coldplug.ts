import type { Linux, Uevent, UeventBatch, UeventSource } from "@earlyboot/linux-syscalls";

import { listModaliases, type WantedDriver } from "./list-modaliases.ts";
import { matchAlias } from "./match-alias.ts";
import type { ModuleIndex } from "./module-index.ts";
import { createModuleLoader, type LoaderLinux, type ModuleLoader } from "./module-loader.ts";

/** What it takes to find and load the modules that the hardware asks for. */
export type ColdplugLinux = LoaderLinux & Pick<Linux, "openUevents" | "readDirectory" | "readLink">;

/** How {@link coldplug} works. */
export interface ColdplugOptions {
  /** Loads the modules, and hears what becomes of them; by default a loader of its own. */
  readonly loader?: Pick<ModuleLoader, "load">;
  /** Ends the wait for devices that appear. Without it there is none. */
  readonly signal?: AbortSignal;
  /** Hears of a device without a driver as soon as that is known. */
  readonly onMissing?: (missing: MissingDriver) => void;
  /** Hears when all devices that were there at the beginning, and those of their drivers, have been seen to. */
  readonly onSettled?: () => void;
}

/** A device that has no driver, since nothing in the index answers to it or a file is missing. */
export interface MissingDriver extends WantedDriver {
  /** The modules that would answer to it and are not there; none are known where no alias fits. */
  readonly modules: readonly string[];
}

/**
 * Loads the modules that the hardware asks for: those of all devices under `/sys/devices`, then of every
 * device that appears, until `signal` aborts. Without a signal it ends when nothing new appears. A module
 * that cannot be loaded ends nothing; the loader's reports tell.
 *
 * @returns The devices without a driver, once for each alias.
 */
export async function coldplug(
  linux: ColdplugLinux,
  index: ModuleIndex,
  options: ColdplugOptions = {},
): Promise<readonly MissingDriver[]> {
  const { loader = createModuleLoader(linux, index), signal, onMissing, onSettled } = options;
  const seen = new Map<string, Promise<void>>();
  const missing: MissingDriver[] = [];

  function seeTo(wanted: WantedDriver): Promise<void> {
    const begun = seen.get(wanted.modalias) ?? drive(wanted);
    seen.set(wanted.modalias, begun);
    return begun;
  }

  async function drive(wanted: WantedDriver): Promise<void> {
    const modules = await missingModules(index, loader, wanted);
    if (modules === undefined) return;
    const found = { ...wanted, device: ownPath(linux, wanted.device), modules };
    missing.push(found);
    onMissing?.(found);
  }

  /** Gives way after each device, so that the first modules are on their way while the rest is read. */
  async function seeToAll(): Promise<void> {
    const begun: Promise<void>[] = [];
    let ahead = true;
    for (const wanted of listModaliases(linux)) {
      if (ahead && !wanted.device.startsWith("/bus/pci/")) {
        ahead = false;
        await headStart();
      }
      if (signal?.aborted === true) break;
      begun.push(seeTo(wanted));
      await Promise.resolve();
    }
    await Promise.all(begun);
  }

  /**
   * Leaves the processor to the drivers of the PCI bus, and of what they bring to light: a root is rarely anywhere
   * else, and to look at all other devices takes as long as to load them. None of them holds up the rest for long.
   */
  async function headStart(): Promise<void> {
    const enough = new AbortController();
    const atMost = linux.sleep(longestHeadStart, enough.signal).catch(() => {});
    await Promise.race([underWay(), atMost]);
    enough.abort();
  }

  /** Resolves when everything that was asked for is done, also what comes in meanwhile. */
  async function underWay(): Promise<void> {
    for (let known = 0; known < seen.size;) {
      known = seen.size;
      await Promise.all(seen.values());
    }
  }

  /** A driver makes devices in its turn: virtio_pci those that virtio_net is for. */
  async function settle(): Promise<void> {
    for (let known = -1; known < seen.size;) {
      known = seen.size;
      await seeToAll();
    }
    onSettled?.();
  }

  if (signal === undefined) {
    await settle();
    return missing;
  }
  // Subscribed before the first look, so that no device falls between the two.
  const events = linux.openUevents();
  void (onSettled === undefined ? seeToAll() : settle());
  for await (const { events: batch, overflow } of batchesOf(events, signal)) {
    for (const wanted of batch.flatMap(wantedByEvent)) void seeTo(wanted);
    if (overflow) void seeToAll();
  }
  return missing;
}

/** In milliseconds. */
const longestHeadStart = 100;

/** The modules that a device lacks; `undefined` when it lacks none. */
async function missingModules(
  index: ModuleIndex,
  loader: Pick<ModuleLoader, "load">,
  { modalias, device }: WantedDriver,
): Promise<readonly string[] | undefined> {
  if (matchAlias(index, modalias).length === 0) return [];
  const reports = await loader.load(modalias, "", device);
  const missing = reports.flatMap(({ error }) => (error?.missing === true ? [error.module] : []));
  return missing.length === 0 ? undefined : missing;
}

/** The path below `/sys/devices` of a device that a bus lists by a link. */
function ownPath(linux: Pick<Linux, "readLink">, device: string): string {
  try {
    return linux.readLink(`/sys${device}`).replace(/^(?:\.\.\/)+/, "/");
  } catch {
    return device;
  }
}

async function* batchesOf(source: UeventSource, signal: AbortSignal): AsyncIterable<UeventBatch> {
  try {
    for (;;) {
      const batch = await source.next(signal);
      if (batch.closed) return;
      yield batch;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    source.close();
  }
}

function wantedByEvent({ action, devpath, properties }: Uevent): readonly WantedDriver[] {
  const modalias = properties["MODALIAS"];
  return action === "add" && modalias !== undefined ? [{ device: devpath, modalias }] : [];
}
