import type { Linux } from "@earlyboot/linux-syscalls";

/** A device and the alias by which it asks for its driver. */
export interface WantedDriver {
  /** The path of the device below `/sys`: `/bus/virtio/devices/virtio1`, or as its uevents name it. */
  readonly device: string;
  /** `virtio:d00000002v00001AF4` */
  readonly modalias: string;
}

/**
 * Every device that is there and has a `modalias`: those of the buses, PCI first, then the few that are on
 * none. Finds what a search of all `/sys/devices` finds, in a quarter of the calls.
 */
export function* listModaliases(
  linux: Pick<Linux, "readDirectory" | "readText">,
): Iterable<WantedDriver> {
  const buses = namesIn(linux, "/bus").filter((bus) => !withoutDrivers.has(bus));
  const ordered = ["pci", ...buses.filter((bus) => bus !== "pci")];
  const groups = ordered.map((bus) => `/bus/${bus}/devices`);
  for (const group of [...groups, "/class/input", "/class/dmi"]) {
    for (const name of namesIn(linux, group)) {
      if (!name.startsWith(nameless)) yield* ask(linux, `${group}/${name}`);
    }
  }
  yield* ask(linux, "/devices/system/cpu");
}

/** Buses whose devices never ask for a driver, some of which have thousands. */
const withoutDrivers: ReadonlySet<string> = new Set([
  "clockevents",
  "clocksource",
  "container",
  "cpu",
  "event_source",
  "machinecheck",
  "memory",
  "memory_tiering",
  "node",
  "pci_express",
  "pnp",
  "serial-base",
  "workqueue",
]);

/** What ACPI calls a device that has no identity, and so no alias. */
const nameless = "device:";

function* ask(linux: Pick<Linux, "readText">, device: string): Iterable<WantedDriver> {
  const modalias = ifThere(() => linux.readText(`/sys${device}/modalias`))?.trim() ?? "";
  if (modalias !== "") yield { device, modalias };
}

function namesIn(linux: Pick<Linux, "readDirectory">, directory: string): readonly string[] {
  return ifThere(() => linux.readDirectory(`/sys${directory}`))?.map(({ name }) => name) ?? [];
}

/** Devices come and go while one looks; what cannot be read is no device any more. */
function ifThere<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
