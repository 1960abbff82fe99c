import { join } from "node:path";
import { CommandError } from "../command-error.ts";
import type { GuestDisk } from "../qemu/qemu-arguments.ts";
import { runProgram } from "../run-program.ts";
import { makeScratchRoot, scratchLabel } from "../scratch/make-scratch-root.ts";
import { firstDisk, type TrialBus } from "./choose-bus.ts";
import { readDiskImage, type DiskContent } from "./disk-image.ts";

/** Where a trial boots to. */
export interface ChosenRoot {
  readonly disks: readonly GuestDisk[];
  /** Words for the kernel's command line: `root=`, unless the person says it. */
  readonly commandLine: readonly string[];
  /** The types of file systems that the image must be able to mount and check. */
  readonly types: readonly string[];
}

/** A scratch root among other disks, so that the boot has to find the right one by its label. */
export async function makeScratchDisks(directory: string, bus: TrialBus): Promise<ChosenRoot> {
  const data = join(directory, "data.img");
  const root = join(directory, "root.img");
  const empty = join(directory, "empty.img");
  await runProgram("mke2fs", ["-q", "-F", "-t", "ext4", "-L", "earlyboot-data", data, "8M"]);
  await makeScratchRoot({ file: root });
  await runProgram("truncate", ["-s", "8M", empty]);
  return {
    disks: [data, root, empty].map((file) => ({ file, bus })),
    // A new file system is clean: only force makes the checker look at it.
    commandLine: [`root=LABEL=${scratchLabel}`, "fsck.mode=force"],
    types: ["ext4"],
  };
}

/**
 * The root on somebody's disk image, which becomes the guest's first disk.
 *
 * @throws CommandError when there is nothing to boot into, or more than one and `asked`, the text for
 *   the command line, names none.
 */
export async function findRootOn(file: string, bus: TrialBus, asked = ""): Promise<ChosenRoot> {
  const { format, contents } = await readDiskImage(file);
  const named = /(^|\s)root=/.test(asked);
  const candidates = contents.filter(({ isFileSystem }) => isFileSystem);
  const disks = [{ file, format, bus }];
  const types = format === "qcow2" ? commonTypes : [...new Set(candidates.map(({ type }) => type))];
  if (named) return { disks, types, commandLine: [] };
  if (format === "qcow2") throw new CommandError(cannotLookInto(file, bus));
  if (candidates.length === 0) throw new CommandError(nothingOn(file, bus, contents));
  const roots = candidates.length === 1 ? candidates : likelyRoots(candidates);
  const [root] = roots;
  if (root === undefined || roots.length > 1)
    throw new CommandError(severalOn(file, bus, candidates));
  return { disks, types, commandLine: [`root=${firstDisk(bus, root.partition)}`] };
}

const commonTypes: readonly string[] = ["ext4", "btrfs", "xfs", "vfat"];

/** The partitions that say that they are a root, by the Discoverable Partitions Specification; or the Linux ones. */
function likelyRoots(contents: readonly DiskContent[]): readonly DiskContent[] {
  const marked = contents.filter(({ partitionType = "" }) =>
    rootPartitionTypes.includes(partitionType),
  );
  return marked.length > 0 ? marked : contents.filter(({ type }) => !bootOnly.includes(type));
}

const rootPartitionTypes: readonly string[] = [
  "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",
  "b921b045-1df0-41c3-af44-4c6f280d3fae",
];

const bootOnly: readonly string[] = ["vfat", "exfat", "ntfs"];

function nothingOn(file: string, bus: TrialBus, contents: readonly DiskContent[]): string {
  const seen = contents.map(({ partition, type }) => `${firstDisk(bus, partition)} is ${type}`);
  return (
    `There is no file system to boot into on ${file}, neither on the whole disk nor on a partition` +
    `${seen.length === 0 ? "" : ` (${seen.join(", ")})`}. ` +
    "Make one (mke2fs -t ext4 -d DIRECTORY FILE SIZE), or leave --root out: a scratch disk is made then."
  );
}

function severalOn(file: string, bus: TrialBus, candidates: readonly DiskContent[]): string {
  const seen = candidates
    .map(({ partition, type }) => `${firstDisk(bus, partition)} (${type})`)
    .join(", ");
  return `More than one file system on ${file} may be the root: ${seen}. Name it: --cmdline root=${firstDisk(bus, candidates[0]?.partition)}.`;
}

function cannotLookInto(file: string, bus: TrialBus): string {
  return `${file} is a qcow2 image, into which this command does not look. Name the root: --cmdline root=${firstDisk(bus, 1)}.`;
}
