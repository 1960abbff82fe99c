import type { Linux } from "@earlyboot/linux-syscalls";
import type { BlockDeviceInfo } from "./block-device-info.ts";
import { contentWithoutReading, readContent, type DeviceContent } from "./device-content.ts";
import { limitTo } from "./limiter.ts";
import type { Partition } from "./partition-table.ts";
import { blockDeviceNames, readSysfsDevice, type SysfsDevice } from "./sysfs-device.ts";

/** What looking at block devices needs of the system. */
export type BlockDeviceLinux = Pick<
  Linux,
  "readDirectory" | "readText" | "readLink" | "openBlockDevice"
>;

/** How many devices are read side by side. */
const readersAtOnce = 8;

/** Knows all block devices, and reads each once per appearance. */
export interface DeviceTracker {
  /** Looks at all devices again. */
  scan(): void;
  /** Looks at one device again; what could not be read is tried again. */
  look(name: string): void;
  /** Tries one device again, if it still cannot be read. */
  retry(name: string): void;
  /** All devices, by number. */
  devices(): readonly BlockDeviceInfo[];
  /** Resolves when nothing is being read any more. */
  settled(): Promise<void>;
}

/** Hears what a {@link DeviceTracker} learns. */
export interface TrackerListener {
  /** A device has come, gone, or been read. */
  readonly onChange?: () => void;
  /** A device could not be read, for the `failures`-th time in a row. */
  readonly onUnreadable?: (name: string, failures: number) => void;
}

interface Tracked {
  readonly facts: SysfsDevice;
  readonly content: DeviceContent;
  readonly failures: number;
}

/** Makes a {@link DeviceTracker} that knows no device yet. */
export function trackDevices(
  linux: BlockDeviceLinux,
  { onChange, onUnreadable }: TrackerListener = {},
): DeviceTracker {
  const known = new Map<string, Tracked>();
  const reads = new Set<Promise<void>>();
  const limit = limitTo(readersAtOnce);

  function look(name: string): void {
    const facts = readSysfsDevice(linux, name);
    const before = known.get(name);
    if (facts === undefined) known.delete(name);
    else if (before?.facts.appearance !== facts.appearance) appear(facts, 0);
    else if (before.content.status === "unreadable") appear(facts, before.failures);
    else known.set(name, { ...before, facts });
    onChange?.();
  }

  function appear(facts: SysfsDevice, failures: number): void {
    const content = contentWithoutReading(facts);
    const tracked: Tracked = { facts, content: content ?? { status: "pending" }, failures };
    known.set(facts.name, tracked);
    if (content === undefined) read(tracked);
  }

  function read(tracked: Tracked): void {
    const done = limit(async () => {
      const { facts, failures } = tracked;
      if (!isPending(facts)) return;
      const content = await readContent(linux, facts);
      if (!isPending(facts)) return;
      const failed = content.status === "unreadable" ? failures + 1 : 0;
      known.set(facts.name, { facts, content, failures: failed });
      if (failed > 0) onUnreadable?.(facts.name, failed);
      onChange?.();
    }).finally(() => reads.delete(done));
    reads.add(done);
  }

  /** False when the device has gone, or has been replaced, while its turn or its bytes came. */
  function isPending({ name, appearance }: SysfsDevice): boolean {
    const now = known.get(name);
    return now?.content.status === "pending" && now.facts.appearance === appearance;
  }

  function scan(): void {
    const names = blockDeviceNames(linux);
    for (const name of known.keys()) if (!names.includes(name)) known.delete(name);
    for (const name of names) look(name);
  }

  function retry(name: string): void {
    if (known.get(name)?.content.status === "unreadable") look(name);
  }

  return {
    scan,
    look,
    retry,
    devices: () => describeAll(Array.from(known.values())),
    async settled() {
      while (reads.size > 0) await Promise.all(reads);
    },
  };
}

/** Joins each partition with its row in the table of its disk. */
function describeAll(tracked: readonly Tracked[]): readonly BlockDeviceInfo[] {
  const tables = new Map(
    tracked.map(({ facts, content }) => [facts.name, content.partitionTable?.partitions ?? []]),
  );
  return tracked
    .map(({ facts, content }) => describe(facts, content, tables.get(facts.disk ?? "") ?? []))
    .toSorted((a, b) => Number(a.device - b.device));
}

function describe(
  facts: SysfsDevice,
  content: DeviceContent,
  rows: readonly Partition[],
): BlockDeviceInfo {
  const { name, path, mapperPath, device, size, disk, partitionNumber: number, start } = facts;
  const row = rows.find((each) => each.number === number && each.start === start);
  return {
    name,
    path,
    ...(mapperPath === undefined ? {} : { mapperPath }),
    device,
    size,
    ...(disk === undefined ? {} : { disk }),
    ...(number === undefined ? {} : { partition: { number, ...row } }),
    ...content,
  };
}
