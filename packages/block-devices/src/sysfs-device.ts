import { errorCode, makedev, type Linux } from "@earlyboot/linux-syscalls";

const directory = "/sys/class/block";

/** What sysfs tells about a block device. Sizes are in bytes. */
export interface SysfsDevice {
  readonly name: string;
  readonly path: string;
  readonly mapperPath?: string;
  readonly device: bigint;
  readonly size: bigint;
  readonly disk?: string;
  readonly partitionNumber?: number;
  readonly start?: bigint;
  readonly removable: boolean;
  /** Changes whenever something about the device's content may have: number, size, disk sequence. */
  readonly appearance: string;
}

/** The names of all block devices. */
export function blockDeviceNames(linux: Pick<Linux, "readDirectory">): readonly string[] {
  return linux.readDirectory(directory).map(({ name }) => name);
}

/** Reads what sysfs tells about a device; `undefined` when it has gone. See Documentation/ABI/stable/sysfs-block. */
export function readSysfsDevice(
  linux: Pick<Linux, "readText" | "readLink">,
  name: string,
): SysfsDevice | undefined {
  try {
    return readAttributes(linux, name);
  } catch (error) {
    if (gone.includes(errorCode(error) ?? "")) return undefined;
    throw error;
  }
}

/** How files of a device that is being removed answer. */
const gone = ["ENOENT", "ENODEV", "ENXIO", "ENOTDIR"];

function readAttributes(linux: Pick<Linux, "readText" | "readLink">, name: string): SysfsDevice {
  const attribute = (file: string): string => linux.readText(`${directory}/${name}/${file}`).trim();
  const uevent = parseUevent(attribute("uevent"));
  const device = makedev(Number(uevent.get("MAJOR")), Number(uevent.get("MINOR")));
  const size = BigInt(attribute("size")) * 512n;
  const isPartition = uevent.get("DEVTYPE") === "partition";
  return {
    name,
    path: `/dev/${uevent.get("DEVNAME") ?? name.replaceAll("!", "/")}`,
    ...(name.startsWith("dm-") ? { mapperPath: `/dev/mapper/${attribute("dm/name")}` } : {}),
    device,
    size,
    ...(isPartition ? partitionAttributes(linux, name, uevent, attribute) : {}),
    removable: !isPartition && attribute("removable") === "1",
    appearance: `${device} ${size} ${uevent.get("DISKSEQ") ?? ""}`,
  };
}

function partitionAttributes(
  linux: Pick<Linux, "readLink">,
  name: string,
  uevent: ReadonlyMap<string, string>,
  attribute: (file: string) => string,
): Partial<SysfsDevice> {
  const disk = linux.readLink(`${directory}/${name}`).split("/").at(-2);
  return {
    ...(disk === undefined ? {} : { disk }),
    partitionNumber: Number(uevent.get("PARTN") ?? attribute("partition")),
    start: BigInt(attribute("start")) * 512n,
  };
}

function parseUevent(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split("\n").flatMap((line) => {
      const at = line.indexOf("=");
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
}

/** The devices that use this one as a part of themselves: device mapper, md, bcache. */
export function holdersOf(linux: Pick<Linux, "readDirectory">, name: string): readonly string[] {
  try {
    return linux.readDirectory(`${directory}/${name}/holders`).map((entry) => entry.name);
  } catch (error) {
    if (gone.includes(errorCode(error) ?? "")) return [];
    throw error;
  }
}
