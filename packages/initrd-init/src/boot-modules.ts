import {
  type LateModule,
  type MissingDriver,
  type ModuleIndex,
  type ModuleLoader,
  type ModuleReport,
  coldplug,
  createModuleLoader,
  matchAlias,
  nameMissingDrivers,
  readModuleIndex,
} from "@earlyboot/kernel-modules";
import { fileSystemModules } from "@earlyboot/mount-spec";
import { printable } from "@earlyboot/linux-syscalls";
import { messageOf } from "./boot-failure.ts";
import { type Boot, warn } from "./boot.ts";

/** The modules of the image, and the loading of them. */
export interface BootModules {
  readonly index: ModuleIndex;
  readonly loader: ModuleLoader;
  /** Devices that asked for a module which neither the image nor the kernel has. */
  readonly unanswered: readonly MissingDriver[];
  /** Modules that the boot stopped waiting for, whether or not they have come up since. */
  readonly late: readonly LateModule[];
  /** Resolves when the hardware has its drivers, where a network is configured: nothing else waits for it. */
  readonly settled: Promise<void>;
  /** Begins to load what the hardware asks for. */
  coldplug(): void;
  /** Asks for no more modules; settles when nobody listens for hardware any more. */
  stop(): Promise<void>;
}

/** How long the boot waits for a module that the kernel is loading, in milliseconds. */
const patience = 30_000;

/** Reads the index of the image's modules; `undefined` for an image that has none. */
export function openModules(boot: Boot): BootModules | undefined {
  const { linux, configuration, settings, commandLine } = boot;
  const release = kernelRelease(linux);
  const index = readImageIndex(boot, release);
  if (index === undefined) return undefined;
  const end = new AbortController();
  const late: LateModule[] = [];
  const loader = createModuleLoader(linux, index, {
    signal: end.signal,
    patience,
    commandLine,
    blacklist: settings.blacklist.value,
    onModule: (report) => recordModule(boot, report),
    onLate: (module) => {
      late.push(module);
      warn(boot, `${describeLate(module)}; going on without it`);
    },
  });
  const unanswered: MissingDriver[] = [];
  const { promise: settled, resolve: settle } = Promise.withResolvers<void>();
  let running: Promise<unknown> = Promise.resolve();
  for (const problem of index.configuration.problems) warn(boot, problem);
  return {
    index,
    loader,
    unanswered,
    late,
    settled,
    coldplug: () => {
      if (configuration.modules?.coldplug === false) return settle();
      const options = {
        loader,
        signal: end.signal,
        // It takes further looks at all devices, so only what waits for it asks for it.
        ...(isWaitedFor(boot) ? { onSettled: settle } : {}),
        onMissing: (missing: MissingDriver) => void unanswered.push(missing),
      };
      running = coldplug(linux, index, options).catch((error: unknown) => {
        if (!end.signal.aborted) warn(boot, `looking for hardware ended: ${messageOf(error)}`);
        settle();
      });
    },
    stop: async () => {
      end.abort();
      await running;
    },
  };
}

/** Whether something waits for drivers of which no block device tells that they are there. */
function isWaitedFor({ configuration, settings }: Boot): boolean {
  const tagged = /^(9p|virtiofs):/.test(settings.root?.value ?? "");
  return configuration.network !== undefined || tagged;
}

/** The version of the running kernel. */
function kernelRelease(linux: Pick<Boot["linux"], "readText">): string {
  return linux.readText("/proc/sys/kernel/osrelease").trim();
}

function readImageIndex(boot: Boot, release: string): ModuleIndex | undefined {
  const directory = `/lib/modules/${release}`;
  try {
    return readModuleIndex(boot.linux, directory, { decompressors: boot.ui.decompress });
  } catch (error) {
    const built = boot.configuration.kernel;
    if (built !== undefined && built !== release) {
      boot.modulesProblem = `the image's are of kernel ${printable(built)}, and kernel ${printable(release)} is running`;
    } else if (built !== undefined) {
      boot.modulesProblem = `the modules in ${directory} cannot be used: ${messageOf(error)}`;
    }
    if (boot.modulesProblem !== undefined)
      warn(boot, `no module can be loaded: ${boot.modulesProblem}`);
    return undefined;
  }
}

/**
 * The devices whose driver the image lacks, with the names of the modules that it would take; those behind
 * which there may be a disk come first.
 */
export function missingDrivers({ modules }: Pick<Boot, "modules">): readonly MissingDriver[] {
  if (modules === undefined) return [];
  const missing = nameMissingDrivers(modules.index, modules.unanswered);
  return [...missing.filter(mayLeadToDisk), ...missing.filter((each) => !mayLeadToDisk(each))];
}

/** Whether a disk or a share may be behind a device, as far as its alias tells. */
export function mayLeadToDisk({ modalias }: Pick<MissingDriver, "modalias">): boolean {
  return !diskless.some((pattern) => pattern.test(modalias));
}

/** Aliases of what never is a way to a disk; see Documentation/ABI/testing/sysfs-bus-usb and its kin. */
const diskless: readonly RegExp[] = [
  /^(cpu|dmi|gameport|hdaudio|hid|input|leds|serio|snd|wmi):/,
  // Display, multimedia, communication and input controllers, by their class.
  /^pci:.*bc0[3479]sc/,
  // Audio, human interface, video and wireless interfaces.
  /^usb:.*ic(01|03|0E|E0)isc/i,
];

/** The modules that the boot stopped waiting for, and that the kernel has not brought up since. */
export function lateModules({ modules }: Pick<Boot, "modules">): readonly LateModule[] {
  if (modules === undefined) return [];
  const done = new Set(modules.loader.reports.map(({ name }) => name));
  return modules.late.filter(({ name }) => !done.has(name));
}

/** One line about a module that the kernel does not finish loading. */
export function describeLate({ name, device }: LateModule): string {
  const wanted = device?.slice(device.lastIndexOf("/") + 1);
  const by = wanted === undefined ? "" : `, which ${printable(wanted)} wants,`;
  return `module ${name}${by} has not come up for ${patience / 1000} s`;
}

function recordModule(boot: Boot, report: ModuleReport): void {
  const { name, outcome, started, milliseconds, error } = report;
  if (outcome === "builtin" || outcome === "cancelled") return;
  const note = error === undefined ? {} : { note: error.message };
  boot.recorder.module({ name, start: started, duration: milliseconds, outcome, ...note });
  if (error !== undefined) return warn(boot, error.message);
  const seconds = Math.round(milliseconds / 1000);
  if (milliseconds > patience) boot.log.info(`module ${name}: ${outcome} after ${seconds} s`);
  else boot.log.debug(`module ${name}: ${outcome}`);
}

/** Loads the modules of the configuration's list, in order; one that fails is a warning of the loader's. */
export async function loadListedModules(boot: Boot, { loader }: BootModules): Promise<void> {
  for (const entry of boot.configuration.modules?.load ?? []) {
    const [name = "", ...parameters] = entry.split(" ");
    await loader.load(name, parameters.join(" "));
  }
}

/**
 * Loads what mounting a type takes, where the image has it: in an initial RAM disk there is no modprobe
 * for the kernel to call. What is not there is part of the kernel, or the mount itself says so.
 */
export async function prepareType({ modules }: Boot, type: string): Promise<void> {
  if (modules === undefined) return;
  const { index, loader } = modules;
  const names = type === "loop" ? ["loop"] : fileSystemModules(type);
  const known = names.filter((name) => matchAlias(index, name).length > 0);
  await Promise.all(known.map((name) => loader.load(name)));
}
