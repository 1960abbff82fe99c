import type { Linux } from "@earlyboot/linux-syscalls";

/** A device and the alias by which it asks for its driver. */
export interface WantedDriver {
  /** The path of the device below `/sys`: `/devices/pci0000:00/0000:00:04.0/virtio1`. */
  readonly device: string;
  /** `virtio:d00000002v00001AF4` */
  readonly modalias: string;
}

/** Directories of many files, below which no device asks for a driver. */
const fruitless =
  /^(?:bdi|block|drm|graphics|link|mem|misc|msi_irqs|net|power|queue|sound|tty|vc|wakeup|(?:cpu|memory|node)\d+)$/;

/** Every device below `directory` that has a `modalias`, parents before children. */
export function* listModaliases(
  linux: Pick<Linux, "readDirectory" | "readText">,
  directory = "/sys/devices",
): Iterable<WantedDriver> {
  const entries = ifThere(() => linux.readDirectory(directory)) ?? [];
  if (entries.some(({ name }) => name === "modalias")) {
    const modalias = ifThere(() => linux.readText(`${directory}/modalias`))?.trim() ?? "";
    if (modalias !== "") yield { device: directory.slice("/sys".length), modalias };
  }
  for (const { name, kind } of entries) {
    if (kind === "directory" && !fruitless.test(name)) {
      yield* listModaliases(linux, `${directory}/${name}`);
    }
  }
}

/** Devices come and go while one looks; what cannot be read is no device any more. */
function ifThere<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
