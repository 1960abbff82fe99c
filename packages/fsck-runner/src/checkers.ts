import { FsckBit } from "./fsck-outcome.ts";

/** How far a checker may go: what is safe without asking, everything, or nothing. `fsck.repair=` */
export type RepairMode = "preen" | "yes" | "no";

/** A {@link RepairMode}, or as a declared file system says it: `true` is `yes`, `false` is `no`. */
export type Repair = RepairMode | boolean;

/** The program that checks file systems of a type. */
export interface Checker {
  /** The program's name, to be looked for where programs are. */
  readonly program: string;
  /** Its arguments before the device. */
  readonly arguments: Readonly<Record<RepairMode, readonly string[]>>;
  /** Arguments before these that make it check a file system which looks clean. */
  readonly force: Readonly<Record<RepairMode, readonly string[]>>;
  /** Whether it is run only when the check is demanded: the kernel looks after such a type itself. */
  readonly onlyOnDemand: boolean;
  /** What it prints where the log must be replayed first, by the kernel: by mounting it once. */
  readonly replayWords: RegExp | undefined;
  /** Whether it writes even where it is to look only: then it is not run. */
  readonly alwaysWrites: boolean;
  /** Whether it tells its progress on descriptor 3, as e2fsck(8) does with `-C 3`. */
  readonly tellsProgress: boolean;
  /** Whether its device is a list, with colons between the members. */
  readonly takesMembers: boolean;
  /** The bits of fsck(8) that the program's own exit status and output mean. */
  readonly translate: (status: number, mode: RepairMode, output: string) => number;
}

/**
 * The checker for a type of file system, or `undefined` for a type that has none: read-only, network
 * and memory file systems. A type that is not known is checked by `fsck.TYPE -v -p`.
 *
 * @throws RangeError when `type` cannot be the name of a file system's type.
 */
export function checkerFor(type: string): Checker | undefined {
  if (!/^[\w.+-]+$/.test(type)) {
    throw new RangeError(`${JSON.stringify(type)} is not a type of file system`);
  }
  if (unchecked.has(type)) return undefined;
  const name = aliases.get(type) ?? type;
  const checker = { ...standard, program: `fsck.${type}`, ...table[name] };
  return {
    ...checker,
    translate: (status, mode, output) =>
      sameForAll.get(status) ?? checker.translate(status, mode, output),
  };
}

/** Statuses that mean the same whichever the program, and the bits of fsck(8) for them. */
const sameForAll: ReadonlyMap<number, number> = new Map([
  // Before its first instruction: a shared library is missing; ld.so(8).
  [127, FsckBit.LibraryError],
  // What exit(-1) becomes.
  [255, FsckBit.OperationalError],
]);

/** Types without a checker, of those that a system could be started from. */
const unchecked: ReadonlySet<string> = new Set(
  [
    ["9p", "ceph", "cifs", "nfs", "nfs4", "smb3", "virtiofs"],
    ["cramfs", "iso9660", "romfs", "squashfs", "udf"],
    // Written as a log throughout; nilfs-utils has no fsck.
    ["nilfs2"],
    ["devtmpfs", "none", "overlay", "ramfs", "tmpfs"],
  ].flat(),
);

const aliases: ReadonlyMap<string, string> = new Map([
  ["ext2", "ext4"],
  ["ext3", "ext4"],
  ["msdos", "vfat"],
  ["ntfs3", "ntfs"],
]);

/** The same arguments in every mode. */
function inEveryMode(...args: readonly string[]): Readonly<Record<RepairMode, readonly string[]>> {
  return { preen: args, yes: args, no: args };
}

/** What fsck(8) asks of a checker; the statuses are its bits. */
const standard: Omit<Checker, "program"> = {
  arguments: { preen: ["-v", "-p"], yes: ["-v", "-y"], no: ["-v", "-n"] },
  force: inEveryMode(),
  onlyOnDemand: false,
  replayWords: undefined,
  alwaysWrites: false,
  tellsProgress: false,
  takesMembers: false,
  // One that does not know these arguments may only tell how it is used, and call that a success.
  translate: (status, _mode, output) =>
    status === 0 && /(invalid|unrecognized) option/.test(output) ? FsckBit.UsageError : status,
};

/** How each program differs from {@link standard}. */
const table: Readonly<Record<string, Partial<Checker>>> = {
  // e2fsck(8)
  ext4: {
    program: "e2fsck",
    arguments: {
      preen: ["-v", "-C", "3", "-p"],
      yes: ["-v", "-C", "3", "-y"],
      no: ["-v", "-C", "3", "-n"],
    },
    force: inEveryMode("-f"),
    tellsProgress: true,
  },
  // fsck.fat(8)
  vfat: {
    program: "fsck.vfat",
    arguments: { preen: ["-v", "-a"], yes: ["-v", "-a"], no: ["-v", "-n"] },
    translate: translateFat,
  },
  // fsck.exfat(8)
  exfat: { program: "fsck.exfat" },
  // btrfs-check(8): lowmem, for the other mode needs more memory than a small machine has.
  btrfs: {
    program: "btrfs",
    arguments: {
      preen: ["check", "--progress", "--readonly", "--mode", "lowmem"],
      yes: ["check", "--progress", "--repair"],
      no: ["check", "--progress", "--readonly", "--mode", "lowmem"],
    },
    onlyOnDemand: true,
    translate: withErrorsLeft,
  },
  // xfs_repair(8): without prefetching, which has hung. It does not replay the log itself.
  xfs: {
    program: "xfs_repair",
    arguments: { preen: ["-P", "-n"], yes: ["-P", "-e"], no: ["-P", "-n"] },
    onlyOnDemand: true,
    replayWords: /valuable\s+metadata\s+changes\s+in\s+a\s+log/,
    translate: translateXfs,
  },
  // fsck.f2fs(8)
  f2fs: {
    program: "fsck.f2fs",
    arguments: { preen: ["-p"], yes: ["-y"], no: ["--dry-run"] },
    force: inEveryMode("-f"),
    translate: translateF2fs,
  },
  // jfs_fsck(8)
  jfs: {
    program: "jfs_fsck",
    arguments: { preen: ["-v", "-p"], yes: ["-v", "-p"], no: ["-v", "-n"] },
    // With -n it always checks the whole; with -f beside it, it writes to the superblock.
    force: { preen: ["-f"], yes: ["-f"], no: [] },
  },
  // ntfsfix(8)
  ntfs: {
    program: "ntfsfix",
    arguments: { preen: ["--clear-dirty"], yes: ["--clear-dirty"], no: ["--no-action"] },
    translate: withErrorsLeft,
  },
  // bcachefs(8); what is not mounted needs no reboot, whatever its bit says.
  bcachefs: {
    program: "bcachefs",
    arguments: {
      preen: ["fsck", "-v", "-p"],
      yes: ["fsck", "-v", "-y"],
      no: ["fsck", "-v", "-n"],
    },
    takesMembers: true,
    translate: (status) => status & ~FsckBit.RebootRequired,
  },
  // reiserfsck(8): it also calls itself fsck.reiserfs.
  reiserfs: {
    program: "fsck.reiserfs",
    arguments: { preen: ["-p"], yes: ["--fix-fixable", "--yes"], no: ["--check", "--yes"] },
    alwaysWrites: true,
  },
  // fsck.erofs(1); an erofs is never written to, so there is nothing to correct. `--extract` without a
  // directory reads every file.
  erofs: {
    program: "fsck.erofs",
    arguments: inEveryMode(),
    force: inEveryMode("--extract"),
    translate: withErrorsLeft,
  },
};

/** For a program that only tells good (0) from bad (1). */
function withErrorsLeft(status: number): number {
  if (status === 0) return 0;
  return status === 1 ? FsckBit.ErrorsLeft : FsckBit.OperationalError;
}

/**
 * Status 1 of fsck.fat: it found errors, and corrected them unless it was told to write nothing; but
 * also that it gave up on what it cannot read, and then the last line, with the counts, is missing.
 */
function translateFat(status: number, mode: RepairMode, output: string): number {
  if (status === 0) return 0;
  if (status === 2) return FsckBit.UsageError;
  const finished = /\d+ files, \d+\/\d+ clusters/.test(output);
  if (status !== 1 || !finished) return FsckBit.OperationalError;
  return mode === "no" ? FsckBit.ErrorsLeft : FsckBit.ErrorsCorrected;
}

/** Status 1 of fsck.f2fs: it found errors, and corrected them unless it was told to write nothing. */
function translateF2fs(status: number, mode: RepairMode): number {
  return status === FsckBit.ErrorsCorrected && mode === "no" ? FsckBit.ErrorsLeft : status;
}

/** With `-n` 1 means damage; with `-e` 4 means repaired, 2 a log that must be replayed first. */
function translateXfs(status: number, mode: RepairMode): number {
  if (status === 0) return 0;
  if (mode === "yes" && status === 4) return FsckBit.ErrorsCorrected;
  const damaged = mode === "yes" ? status === 2 : status === 1;
  return damaged ? FsckBit.ErrorsLeft : FsckBit.OperationalError;
}
