import { imageEntries, type Image } from "@earlyboot/initrd-image";
import { moduleName } from "@earlyboot/kernel-modules";
import { CommandError } from "../command-error.ts";

/** How the disks of a trial can be attached. */
export const trialBuses = ["virtio", "nvme", "ahci", "scsi", "usb"] as const;

/** How the disks of a trial are attached. */
export type TrialBus = (typeof trialBuses)[number];

/**
 * The bus for whose disks an image has drivers: it may have been made for a machine that is quite another than
 * QEMU's. An image without any modules is taken for one whose kernel needs none.
 *
 * @throws CommandError naming what it lacks, when QEMU can give it no disk.
 */
export function chooseBus(image: Image): TrialBus {
  const bus = findBus(image);
  if (bus !== undefined) return bus;
  const wanted = trialBuses.map((name) => drivers[name].join(" and ")).join(", or ");
  throw new CommandError(
    `The image has no driver for any disk that QEMU can give it: that would be ${wanted}. ` +
      'Leave the image out, or build one with modules: "generic".',
  );
}

/** The same; `undefined` for an image that lacks what each of them takes. */
export function findBus(image: Image): TrialBus | undefined {
  const { held, parts } = driversOf(image);
  if (held.size === 0 && parts.size === 0) return "virtio";
  return trialBuses.find((bus) => drivers[bus].every((name) => held.has(name) || parts.has(name)));
}

const drivers: Readonly<Record<TrialBus, readonly string[]>> = {
  virtio: ["virtio_pci", "virtio_blk"],
  nvme: ["nvme"],
  ahci: ["ahci", "sd_mod"],
  scsi: ["virtio_pci", "virtio_scsi", "sd_mod"],
  usb: ["xhci_pci", "usb_storage", "sd_mod"],
};

/** The modules that an image holds, and those that are part of its kernel. */
function driversOf(image: Image) {
  const entries = imageEntries(image);
  const paths = [...entries.keys()];
  const lists = paths.filter((path) =>
    /^(usr\/)?lib\/modules\/[^/]+\/modules\.builtin$/.test(path),
  );
  const lines = lists.flatMap((path) =>
    Buffer.from(entries.get(path)?.content ?? [])
      .toString()
      .split("\n"),
  );
  return {
    held: new Set(paths.filter((path) => /\.ko(\.\w+)?$/.test(path)).map(moduleName)),
    parts: new Set(lines.filter((line) => line !== "").map(moduleName)),
  };
}

/** The kernel's name for the first disk of a bus, or for a partition of it. */
export function firstDisk(bus: TrialBus, partition: number | undefined): string {
  const disk = { virtio: "vda", nvme: "nvme0n1", ahci: "sda", scsi: "sda", usb: "sda" }[bus];
  if (partition === undefined) return `/dev/${disk}`;
  return `/dev/${disk}${bus === "nvme" ? "p" : ""}${partition}`;
}
