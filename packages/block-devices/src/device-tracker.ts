import type { Linux } from "@earlyboot/linux-syscalls";
import type { BlockDeviceInfo } from "./block-device-info.ts";
import { contentWithoutReading, readContent, type DeviceContent } from "./device-content.ts";
import { limitTo } from "./limiter.ts";
import type { Partition, PartitionTable } from "./partition-table.ts";
import { blockDeviceNames, readSysfsDevice, type SysfsDevice } from "./sysfs-device.ts";

/** What looking at block devices needs of the system. */
export type BlockDeviceLinux = Pick<Linux, "readDirectory" | "readText" | "openBlockDevice">;

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
  /** Whether something is being read. */
  isReading(): boolean;
  /** Resolves when nothing is being read any more. */
  settled(): Promise<void>;
}

/** How {@link DeviceTracker.look} looks. */
interface LookOptions {
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
  info: BlockDeviceInfo;
}

/** Makes a {@link DeviceTracker} that knows no device yet. */
export function trackDevices(
  linux: BlockDeviceLinux,
  { onChange, onUnreadable }: TrackerListener = {},
): DeviceTracker {
  const known = new Map<string, Tracked>();
  const partitions = new Map<string, Set<string>>();
  const reads = new Set<Promise<void>>();
  const limit = limitTo(readersAtOnce);
  /** The names by device number, until one comes or goes. */
  let order: readonly string[] | undefined;

  function look(name: string, { mayHaveChanged = false }: LookOptions = {}): void {
    const facts = readSysfsDevice(linux, name);
    const before = known.get(name);
    const isOther =
      before?.facts.appearance !== facts?.appearance || (mayHaveChanged && !facts?.isCounted);
    if (facts === undefined) forget(name);
    else if (before === undefined || isOther) appear(facts, 0);
    else if (before.content.status === "unreadable") appear(facts, before.failures);
    onChange?.();
  }

  function appear(facts: SysfsDevice, failures: number): void {
    const content = contentWithoutReading(facts);
    const tracked = remember(facts, content ?? { status: "pending" }, failures);
    if (content === undefined) read(tracked);
  }

  function remember(facts: SysfsDevice, content: DeviceContent, failures: number): Tracked {
    const table = known.get(facts.disk ?? "")?.content.partitionTable;
    const tracked = { facts, content, failures, info: describe(facts, content, table) };
    if (!known.has(facts.name)) order = undefined;
    known.set(facts.name, tracked);
    if (facts.disk !== undefined) addTo(partitions, facts.disk, facts.name);
    return tracked;
  }

  function forget(name: string): void {
    partitions.get(known.get(name)?.facts.disk ?? "")?.delete(name);
    if (known.delete(name)) order = undefined;
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
    const tracked = remember(facts, content, failed);
    if (content.partitionTable !== undefined) describePartitionsOf(facts.name);
    if (failed > 0) {
      onUnreadable?.(failed, () => {
        if (known.get(facts.name) === tracked) look(facts.name);
      });
    }
    onChange?.();
  }

  /** Partitions may have been read before the table that names them. */
  function describePartitionsOf(disk: string): void {
    const table = known.get(disk)?.content.partitionTable;
    for (const name of partitions.get(disk) ?? []) {
      const tracked = known.get(name);
      if (tracked !== undefined) tracked.info = describe(tracked.facts, tracked.content, table);
    }
  }

  function scan(): void {
    const names = new Set(blockDeviceNames(linux));
    for (const name of known.keys()) if (!names.has(name)) forget(name);
    for (const name of names) look(name, { mayHaveChanged: true });
  }

  function devices(): readonly BlockDeviceInfo[] {
    order ??= namesByNumber(known);
    return order.flatMap((name) => known.get(name)?.info ?? []);
  }

  return {
    scan,
    look,
    devices,
    isReading: () => reads.size > 0,
    async settled() {
      while (reads.size > 0) await Promise.all(reads);
    },
  };
}

function namesByNumber(known: ReadonlyMap<string, Tracked>): readonly string[] {
  const numbers = Array.from(known, ([name, { facts }]) => [name, Number(facts.device)] as const);
  return numbers.toSorted(([, a], [, b]) => a - b).map(([name]) => name);
}

function addTo(groups: Map<string, Set<string>>, group: string, member: string): void {
  const members = groups.get(group);
  if (members === undefined) groups.set(group, new Set([member]));
  else members.add(member);
}

/**
 * Joins what is known of a device with its row in its disk's table. The kernel's partition may be smaller
 * than the row, as extended ones and those that the disk cuts off are; otherwise the row is another's.
 */
function describe(
  facts: SysfsDevice,
  content: DeviceContent,
  table: PartitionTable | undefined,
): BlockDeviceInfo {
  const { name, path, mapperPath, device, size, disk, partitionNumber: number } = facts;
  const row = table?.partitions.find((each) => each.number === number);
  const isSame = row !== undefined && row.size >= size;
  return {
    name,
    path,
    ...(mapperPath === undefined ? {} : { mapperPath }),
    device,
    size,
    ...(disk === undefined ? {} : { disk }),
    ...(number === undefined
      ? {}
      : { partition: { number, ...kernelsRow(facts), ...(isSame ? row : {}) } }),
    ...content,
  };
}

/** What is known of a partition whose disk's table cannot be read here. */
function kernelsRow({ partUuid: uuid, partLabel: label }: SysfsDevice): Partial<Partition> {
  return { ...(uuid === undefined ? {} : { uuid }), ...(label === undefined ? {} : { label }) };
}
