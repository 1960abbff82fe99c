import { FileKind } from "../constants.ts";
import { majorOf, makedev, minorOf } from "../device-number.ts";
import { contentOf } from "./block-content.ts";
import type {
  BlockChange,
  BlockDeviceDescription,
  PartitionDescription,
} from "./block-device-description.ts";
import { usualNumber } from "./block-numbers.ts";
import type { BlockState } from "./block-state.ts";
import { put, removeTree } from "./generate.ts";
import type { Kernel } from "./kernel.ts";
import type { SuperBlock } from "./super-block.ts";
import { type SysfsDevice, putDevice, removeDevice } from "./sysfs-devices.ts";
import type { Uevents } from "./uevents.ts";

/** Where block devices show themselves. */
export interface BlockWorld {
  readonly kernel: Kernel;
  readonly sysfs: SuperBlock;
  readonly devtmpfs: SuperBlock;
  readonly uevents: Uevents;
  /** The devices that are there, by name. */
  readonly present: Map<string, PresentDevice>;
}

interface PresentDevice {
  readonly description: BlockDeviceDescription;
  readonly state: BlockState;
  readonly shown: SysfsDevice;
}

/** Brings a device in, at its time, with what happens to it later. */
export function addBlockDevice(world: BlockWorld, description: BlockDeviceDescription): void {
  const { clock } = world.kernel;
  const { appears, vanishes, changes = [] } = description;
  if (appears === undefined || appears <= clock.now()) appear(world, description);
  else clock.schedule(appears, () => appear(world, description));
  for (const change of changes) {
    clock.schedule(change.at, () => changeBlockDevice(world, description.name, change));
  }
  if (vanishes !== undefined) {
    clock.schedule(vanishes, () => removeBlockDevice(world, description.name));
  }
}

function appear(world: BlockWorld, description: BlockDeviceDescription): void {
  const { name, parent = "/devices/platform/simulated", partitions = [] } = description;
  const number = description.device ?? usualNumber(world.kernel, name);
  const disk = show(world, description, number, `${parent}/block/${name}`);
  for (const partition of partitions) {
    const partitionName = `${name}${/\d$/.test(name) ? "p" : ""}${partition.number}`;
    const partitionNumber = makedev(majorOf(number), minorOf(number) + partition.number);
    showPartition(world, { ...partition, name: partitionName }, partitionNumber, disk);
  }
}

function showPartition(
  world: BlockWorld,
  partition: PartitionDescription & { readonly name: string },
  number: bigint,
  disk: PresentDevice,
): void {
  const { name, start = partition.number * 2 ** 20, label, uuid } = partition;
  const { sectorSize, readOnly } = disk.state;
  const described = { ...partition, sectorSize, readOnly };
  const present = show(
    world,
    described,
    number,
    `${disk.shown.devpath}/${name}`,
    {
      PARTN: String(partition.number),
      ...(label === undefined ? {} : { PARTNAME: label }),
      ...(uuid === undefined ? {} : { PARTUUID: uuid }),
    },
    {
      partition: () => String(partition.number),
      start: () => String(start / 512),
    },
  );
  const isOwn = partition.content !== undefined || partition.fileSystem !== undefined;
  if (!isOwn) readThrough(present.state, disk.state, start);
}

/** A partition without content of its own shows its part of the disk. */
function readThrough(partition: BlockState, disk: BlockState, start: number): void {
  partition.read = (offset, length) =>
    disk.read(start + offset, Math.max(0, Math.min(length, partition.size - offset)));
  partition.write = (offset, bytes) => disk.write(start + offset, bytes);
}

function show(
  world: BlockWorld,
  description: BlockDeviceDescription,
  number: bigint,
  devpath: string,
  properties: Readonly<Record<string, string>> = {},
  attributes: Readonly<Record<string, () => string>> = {},
): PresentDevice {
  const state = makeState(description, number);
  const shown = describe(description, state, devpath, properties, attributes);
  const present = { description, state, shown };
  world.present.set(description.name, present);
  world.kernel.blocks.set(number, state);
  putDevice(world.sysfs, world.uevents, shown);
  put(world.devtmpfs, `/${nodeName(description.name)}`, FileKind.Block | 0o600, { rdev: number });
  announce(world, present, "add");
  return present;
}

function describe(
  { name, removable = false }: BlockDeviceDescription,
  state: BlockState,
  devpath: string,
  properties: Readonly<Record<string, string>>,
  attributes: Readonly<Record<string, () => string>>,
): SysfsDevice {
  const isPartition = "partition" in attributes;
  return {
    devpath,
    subsystem: "block",
    properties: {
      MAJOR: String(majorOf(state.number)),
      MINOR: String(minorOf(state.number)),
      DEVNAME: nodeName(name),
      DEVTYPE: isPartition ? "partition" : "disk",
      ...properties,
    },
    attributes: {
      size: () => String(Math.floor(state.size / 512)),
      ro: () => (state.readOnly ? "1" : "0"),
      ...(isPartition
        ? {}
        : {
            removable: () => (removable ? "1" : "0"),
            "queue/logical_block_size": () => String(state.sectorSize),
          }),
      ...attributes,
    },
  };
}

/** `/` in a device's name is `!` in sysfs. */
function nodeName(name: string): string {
  return name.replaceAll("!", "/");
}

function announce({ uevents }: BlockWorld, { shown }: PresentDevice, action: string): void {
  uevents.announce(action, shown.devpath, { SUBSYSTEM: shown.subsystem, ...shown.properties });
}

function makeState(description: BlockDeviceDescription, number: bigint): BlockState {
  const { name, sectorSize = 512, readOnly = false, failure, fileSystem } = description;
  return {
    name,
    number,
    sectorSize,
    readOnly,
    failure,
    fileSystem,
    superBlock: undefined,
    released: () => undefined,
    ...contentOf(description),
  };
}

/** Changes a device that is there, and says so with a `change` event. */
export function changeBlockDevice(
  world: BlockWorld,
  name: string,
  { readOnly, failure, ...content }: Omit<BlockChange, "at">,
): void {
  const present = world.present.get(name);
  if (present === undefined) return;
  const { state } = present;
  if (readOnly !== undefined) state.readOnly = readOnly;
  if (failure !== undefined) state.failure = failure ?? undefined;
  if (content.content !== undefined || content.fileSystem !== undefined) {
    Object.assign(state, { fileSystem: content.fileSystem, ...contentOf(content) });
    state.superBlock = undefined;
  } else if (content.size !== undefined) state.size = content.size;
  announce(world, present, "change");
}

/** Takes a device away, its partitions first. What is mounted from it stays, and reads fail. */
export function removeBlockDevice(world: BlockWorld, name: string): void {
  const disk = world.present.get(name);
  if (disk === undefined) return;
  const leaving = [...world.present.values()].filter(({ shown }) =>
    shown.devpath.startsWith(`${disk.shown.devpath}/`),
  );
  for (const present of [...leaving, disk]) hide(world, present);
}

function hide(world: BlockWorld, present: PresentDevice): void {
  const { name, number } = present.state;
  world.present.delete(name);
  world.kernel.blocks.delete(number);
  removeDevice(world.sysfs, present.shown);
  removeTree(world.devtmpfs, `/${nodeName(name)}`);
  announce(world, present, "remove");
}
