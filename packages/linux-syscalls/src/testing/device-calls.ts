import { FileKind } from "../constants.ts";
import { makedev } from "../device-number.ts";
import type { BlockDevice, Devices, LoopRequest } from "../linux.ts";
import type { BlockState } from "./block-state.ts";
import { type BlockWorld, addBlockDevice, removeBlockDevice } from "./block-devices.ts";
import { type Inode, kindOf } from "./inode.ts";
import { walkerOf } from "./kernel.ts";
import { fail } from "./kernel-fault.ts";
import { openPlace } from "./open-place.ts";
import { readAt, writeWhole } from "./file-content.ts";
import type { OpenFile } from "./open-file.ts";
import { walk } from "./path-walk.ts";

/** The calls of {@link Devices}. */
export function deviceCalls(world: BlockWorld): Devices {
  const { uevents } = world;
  return {
    openUevents: () => uevents.subscribe(),
    openBlockDevice: async (path) => openBlockDevice(world, path),
    attachLoop: (request) => attachLoop(world, request),
    detachLoop: (device) => detachLoop(world, blockAt(world, device)),
    scanBtrfsDevice: (device) => void blockAt(world, device),
    btrfsDevicesReady: (device) => blockAt(world, device).fileSystem?.type === "btrfs",
  };
}

/** A loop device that is mounted goes when it is unmounted, as losetup(8) says of its `--detach`. */
function detachLoop(world: BlockWorld, block: BlockState): void {
  if (!world.kernel.backing.has(block.number))
    fail(block.name.startsWith("loop") ? "ENXIO" : "ENOTTY");
  const remove = (): void => {
    world.kernel.backing.delete(block.number);
    removeBlockDevice(world, block.name);
  };
  if ((block.superBlock?.users ?? 0) > 0) block.released = remove;
  else remove();
}

function blockAt({ kernel }: BlockWorld, path: string): BlockState {
  const { inode } = walk(walkerOf(kernel), path).dentry;
  if (kindOf(inode) !== FileKind.Block) fail("ENOTBLK");
  return kernel.blocks.get(inode.rdev) ?? fail("ENXIO");
}

async function openBlockDevice({ kernel }: BlockWorld, path: string): Promise<BlockDevice> {
  const file = openPlace(kernel, kernel.process.directory, path, {});
  const kind = kindOf(file.inode);
  if (kind !== FileKind.Block && kind !== FileKind.Regular) fail("ENOTBLK");
  const block = kind === FileKind.Block ? kernel.blocks.get(file.inode.rdev) : undefined;
  if (block?.failure === "EIO") fail("EIO");
  await Promise.resolve();
  return {
    size: BigInt(block?.size ?? file.inode.content.length),
    sectorSize: block?.sectorSize ?? 512,
    read: async (offset, length) => readAt(kernel, file, Number(offset), length).slice(),
    close: () => kernel.clock.touch(),
  };
}

/** Puts the file behind the first free loop device. What the file describes can be mounted from it. */
function attachLoop(world: BlockWorld, { file: path, readOnly, offset = 0n }: LoopRequest): string {
  const { kernel } = world;
  const access = readOnly ? "read" : "read-write";
  const file = openPlace(kernel, kernel.process.directory, path, { access });
  const kind = kindOf(file.inode);
  if (kind !== FileKind.Regular && kind !== FileKind.Block) fail("EINVAL");
  let unit = 0;
  while (kernel.blocks.has(makedev(7, unit))) unit += 1;
  const name = `loop${unit}`;
  addBlockDevice(world, { name, readOnly, size: sizeOf(file.inode) - Number(offset) });
  const state = kernel.blocks.get(makedev(7, unit));
  if (state !== undefined) showFile(world, state, file, Number(offset));
  if (file.place !== undefined) kernel.backing.set(makedev(7, unit), file.place);
  return `/dev/${name}`;

  function sizeOf(inode: Inode): number {
    return kernel.blocks.get(inode.rdev)?.size ?? inode.content.length;
  }
}

function showFile({ kernel }: BlockWorld, state: BlockState, file: OpenFile, start: number): void {
  state.read = (offset, length) => readAt(kernel, file, start + offset, length);
  state.write = (offset, bytes) =>
    void writeWhole(kernel, { ...file, position: start + offset }, bytes);
  state.fileSystem = file.inode.image ?? kernel.blocks.get(file.inode.rdev)?.fileSystem;
}
