import type { Clock } from "./clock.ts";
import type { Inode } from "./inode.ts";
import type { FileSystemType } from "./file-system-type.ts";
import type { Mount, MountTree, Place } from "./mount-tree.ts";
import type { Walker } from "./path-walk.ts";
import { makeSuperBlock, type SuperBlock, type SuperBlockRequest } from "./super-block.ts";
import type { BlockState } from "./block-state.ts";
import type { CharacterDevice } from "./character-device.ts";
import type { Ending } from "./ending.ts";
import type { OpenFile } from "./open-file.ts";

/** The one process that makes calls: the boot program. */
export interface Process {
  readonly pid: number;
  root: Place;
  directory: Place;
  umask: number;
  session: number;
  /** The terminal that controls the session. */
  terminal: Inode | undefined;
  readonly descriptors: Map<number, OpenFile>;
}

/** What all parts of the simulated kernel share. */
export interface Kernel {
  readonly clock: Clock;
  readonly tree: MountTree;
  readonly process: Process;
  /** The types of file systems by their names. */
  readonly types: Map<string, FileSystemType>;
  /** Types that the kernel has not, and that a module of theirs brings. */
  readonly modularTypes: Map<string, FileSystemType>;
  /** The files that the kernel itself holds open, as loop devices do, by the number of the device. */
  readonly backing: Map<bigint, Place>;
  /** How it all ended, once it has. */
  ending: Ending | undefined;
  /** What is behind the numbers of character devices. */
  readonly characters: Map<bigint, CharacterDevice>;
  /** What is behind the numbers of block devices. */
  readonly blocks: Map<bigint, BlockState>;
  /** The next number of a file system that lies on no device. */
  readonly anonymous: { next: number };
}

/** A walker of the process's paths; `start` is where relative ones begin. */
export function walkerOf({ tree, process }: Kernel, start: Place = process.directory): Walker {
  return { tree, root: process.root, start, links: { followed: 0 } };
}

/** What gives file systems their numbers and times. */
export type AnonymousOwner = Pick<Kernel, "clock" | "anonymous">;

/** A file system on no device, with a number of its own. */
export function makeAnonymous(
  { clock, anonymous }: AnonymousOwner,
  request: Omit<SuperBlockRequest, "device" | "seconds">,
): SuperBlock {
  const device = BigInt(anonymous.next++);
  return makeSuperBlock({ ...request, device, seconds: () => clock.realTime() / 1000 });
}

/** The places that are held: the process's root, its working directory, and all files that are open. */
function placesInUse({ process, backing }: Kernel): readonly Place[] {
  const open = [...process.descriptors.values()].map(({ place }) => place);
  const held = open.filter((place) => place !== undefined);
  return [process.root, process.directory, ...held, ...backing.values()];
}

/** Whether anything but what is mounted in it holds a mount. */
export function isHeld(kernel: Kernel, mount: Mount): boolean {
  return placesInUse(kernel).some((place) => place.mount === mount);
}

/** The time of day in seconds, for what is modified now. */
export function secondsOf({ clock }: Kernel): number {
  return clock.realTime() / 1000;
}
