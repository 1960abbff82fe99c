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
  /** What the kernel read in the partition table; of the label it keeps ASCII only. */
  readonly partUuid?: string;
  readonly partLabel?: string;
  /** Whether it is empty only for want of a medium. */
  readonly awaitsMedium: boolean;
  /** Number, size and disk sequence: as long as these are the same, so is the content. */
  readonly appearance: string;
  /** False of a kernel that counts no disk sequence; a new medium may then look like the old one. */
  readonly isCounted: boolean;
}

/** The names of all block devices. */
export function blockDeviceNames(linux: Pick<Linux, "readDirectory">): readonly string[] {
  return linux.readDirectory(directory).map(({ name }) => name);
}

/** Reads what sysfs tells about a device; `undefined` when it has gone. See Documentation/ABI/stable/sysfs-block. */
export function readSysfsDevice(
  linux: Pick<Linux, "readText">,
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

/** Paths of NVMe that are hidden behind another device have no number, and cannot be opened. */
function readAttributes(linux: Pick<Linux, "readText">, name: string): SysfsDevice | undefined {
  const attribute = (file: string): string => linux.readText(`${directory}/${name}/${file}`).trim();
  const uevent = parseUevent(attribute("uevent"));
  if (!uevent.has("MAJOR")) return undefined;
  const device = makedev(Number(uevent.get("MAJOR")), Number(uevent.get("MINOR")));
  const size = BigInt(attribute("size")) * 512n;
  const isPartition = uevent.get("DEVTYPE") === "partition";
  return {
    name,
    path: `/dev/${uevent.get("DEVNAME") ?? name.replaceAll("!", "/")}`,
    ...(name.startsWith("dm-") ? { mapperPath: `/dev/mapper/${attribute("dm/name")}` } : {}),
    device,
    size,
    ...(isPartition ? partitionAttributes(name, uevent, attribute) : {}),
    awaitsMedium: size === 0n && !isPartition && attribute("removable") === "1",
    appearance: `${device} ${size} ${uevent.get("DISKSEQ") ?? ""}`,
    isCounted: uevent.has("DISKSEQ"),
  };
}

/** The kernel names a partition by its disk and its number, with a "p" between two digits. */
function partitionAttributes(
  name: string,
  uevent: ReadonlyMap<string, string>,
  attribute: (file: string) => string,
): Partial<SysfsDevice> {
  const [partUuid, partLabel] = [uevent.get("PARTUUID"), uevent.get("PARTNAME")];
  const number = uevent.get("PARTN") ?? attribute("partition");
  return {
    disk: name.slice(0, -number.length).replace(/(\d)p$/, "$1"),
    partitionNumber: Number(number),
    ...(partUuid === undefined ? {} : { partUuid }),
    ...(partLabel === undefined ? {} : { partLabel }),
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
