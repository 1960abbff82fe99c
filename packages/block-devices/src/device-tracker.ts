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
  /** Looks at all devices again; any may have another content than before. */
  scan(): void;
  /** Looks at one device again; what could not be read is tried again. */
  look(name: string, how?: LookOptions): void;
  /** All devices, by number. */
  devices(): readonly BlockDeviceInfo[];
  /** Resolves when nothing is being read any more. */
  settled(): Promise<void>;
}

/** How {@link DeviceTracker.look} looks. */
export interface LookOptions {
  /** Whether the content may be another one; kernels that count disk sequences tell by themselves. */
  readonly mayHaveChanged?: boolean;
}

/** Hears what a {@link DeviceTracker} learns. */
export interface TrackerListener {
  /** A device has come, gone, or been read. */
  readonly onChange?: () => void;
  /**
   * A device could not be read, for the `failures`-th time in a row. `retry` tries again, unless the
   * device has changed, gone or been read in the meantime.
   */
  readonly onUnreadable?: (failures: number, retry: () => void) => void;
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

  function look(name: string, { mayHaveChanged = false }: LookOptions = {}): void {
    const facts = readSysfsDevice(linux, name);
    const before = known.get(name);
    const isOther =
      before?.facts.appearance !== facts?.appearance || (mayHaveChanged && !facts?.isCounted);
    if (facts === undefined) known.delete(name);
    else if (before === undefined || isOther) appear(facts, 0);
    else if (before.content.status === "unreadable") appear(facts, before.failures);
    onChange?.();
  }

  function appear(facts: SysfsDevice, failures: number): void {
    const content = contentWithoutReading(facts);
    const tracked: Tracked = { facts, content: content ?? { status: "pending" }, failures };
    known.set(facts.name, tracked);
    if (content === undefined) read(tracked);
  }

  function read(tracked: Tracked): void {
    const { facts } = tracked;
    const isCurrent = (): boolean => known.get(facts.name) === tracked;
    const reading = limit(async () => {
      if (!isCurrent()) return;
      const content = await readContent(linux, facts);
      if (isCurrent()) finish(tracked, content);
    });
    const done = reading.finally(() => reads.delete(done));
    reads.add(done);
  }

  function finish({ facts, failures }: Tracked, content: DeviceContent): void {
    const failed = content.status === "unreadable" ? failures + 1 : 0;
    const tracked: Tracked = { facts, content, failures: failed };
    known.set(facts.name, tracked);
    if (failed > 0) {
      onUnreadable?.(failed, () => {
        if (known.get(facts.name) === tracked) look(facts.name);
      });
    }
    onChange?.();
  }

  function scan(): void {
    const names = new Set(blockDeviceNames(linux));
    for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    for (const name of names) look(name, { mayHaveChanged: true });
  }

  return {
    scan,
    look,
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
    ...(number === undefined ? {} : { partition: { number, ...kernelsRow(facts), ...row } }),
    ...content,
  };
}

/** What is known of a partition whose disk's table cannot be read here. */
function kernelsRow({ partUuid: uuid, partLabel: label }: SysfsDevice): Partial<Partition> {
  return { ...(uuid === undefined ? {} : { uuid }), ...(label === undefined ? {} : { label }) };
}
