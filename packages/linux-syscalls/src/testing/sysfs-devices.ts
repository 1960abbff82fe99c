import { putDirectory, putFile, putLink, putText, removeTree } from "./generate.ts";
import type { SuperBlock } from "./super-block.ts";
import type { Uevents } from "./uevents.ts";

/** A device as sysfs shows it and as its uevents tell. */
export interface SysfsDevice {
  /** Its path below `/sys`: `/devices/…`. */
  readonly devpath: string;
  readonly subsystem: string;
  /** The variables of its uevents, besides `SUBSYSTEM`. */
  readonly properties: Readonly<Record<string, string>>;
  /** Further attributes: text, made anew for each read. */
  readonly attributes?: Readonly<Record<string, () => string>>;
}

/** Puts a device into sysfs: its directory, its attributes, and the link below `/sys/class` or `/sys/bus`. */
export function putDevice(sysfs: SuperBlock, uevents: Uevents, device: SysfsDevice): void {
  const { devpath, subsystem, properties, attributes = {} } = device;
  const announced = { SUBSYSTEM: subsystem, ...properties };
  putDirectory(sysfs, devpath);
  const text = (): string =>
    Object.entries(properties)
      .map(([name, value]) => `${name}=${value}\n`)
      .join("");
  putFile(
    sysfs,
    `${devpath}/uevent`,
    {
      read: text,
      write: (bytes) => {
        const action = new TextDecoder().decode(bytes).trim().split(" ")[0] ?? "";
        uevents.announce(action, devpath, announced);
      },
    },
    0o644,
  );
  for (const [name, read] of Object.entries(attributes)) {
    putFile(sysfs, `${devpath}/${name}`, { read: () => `${read()}\n` });
  }
  const group = groupOf(subsystem);
  putLink(sysfs, `${devpath}/subsystem`, relative(devpath, group.replace(/\/devices$/, "")));
  const name = devpath.slice(devpath.lastIndexOf("/") + 1);
  putLink(sysfs, `${group}/${name}`, relative(group, devpath));
  if (properties["MAJOR"] !== undefined) {
    const number = `${properties["MAJOR"]}:${properties["MINOR"]}`;
    putText(sysfs, `${devpath}/dev`, number);
    const kind = subsystem === "block" ? "block" : "char";
    putLink(sysfs, `/dev/${kind}/${number}`, relative(`/dev/${kind}`, devpath));
  }
}

/** Takes a device out of sysfs. */
export function removeDevice(
  sysfs: SuperBlock,
  { devpath, subsystem, properties }: SysfsDevice,
): void {
  const name = devpath.slice(devpath.lastIndexOf("/") + 1);
  removeTree(sysfs, devpath);
  removeTree(sysfs, `${groupOf(subsystem)}/${name}`);
  const kind = subsystem === "block" ? "block" : "char";
  if (properties["MAJOR"] === undefined) return;
  removeTree(sysfs, `/dev/${kind}/${properties["MAJOR"]}:${properties["MINOR"]}`);
}

const buses: ReadonlySet<string> = new Set([
  "acpi",
  "hid",
  "mmc",
  "nvme-subsystem",
  "pci",
  "platform",
  "scsi",
  "sdio",
  "serio",
  "usb",
  "virtio",
]);

/** The directory where the devices of a subsystem are listed. */
function groupOf(subsystem: string): string {
  return buses.has(subsystem) ? `/bus/${subsystem}/devices` : `/class/${subsystem}`;
}

/** `to` as a link in the directory `from` says it. */
function relative(from: string, to: string): string {
  const depth = from.split("/").filter((name) => name !== "").length;
  return `${"../".repeat(depth)}${to.slice(1)}`;
}
