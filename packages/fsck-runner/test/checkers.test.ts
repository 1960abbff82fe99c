import { describe, expect, it } from "@jest/globals";
import { checkerFor, fsckOutcome, type RepairMode } from "@earlyboot/fsck-runner";

/** The command lines for preen, yes and no, without the device. */
function commandLines(type: string): readonly string[] {
  const checker = checkerFor(type);
  const modes: readonly RepairMode[] = ["preen", "yes", "no"];
  return modes.map((mode) => [checker?.program, ...(checker?.arguments[mode] ?? [])].join(" "));
}

it.each([
  ["ext2", ["e2fsck -v -C 3 -p", "e2fsck -v -C 3 -y", "e2fsck -v -C 3 -n"]],
  ["ext3", ["e2fsck -v -C 3 -p", "e2fsck -v -C 3 -y", "e2fsck -v -C 3 -n"]],
  ["ext4", ["e2fsck -v -C 3 -p", "e2fsck -v -C 3 -y", "e2fsck -v -C 3 -n"]],
  ["vfat", ["fsck.vfat -v -a", "fsck.vfat -v -a", "fsck.vfat -v -n"]],
  ["exfat", ["fsck.exfat -v -p", "fsck.exfat -v -y", "fsck.exfat -v -n"]],
  [
    "btrfs",
    [
      "btrfs check --progress --readonly --mode lowmem",
      "btrfs check --progress --repair",
      "btrfs check --progress --readonly --mode lowmem",
    ],
  ],
  ["xfs", ["xfs_repair -P -n", "xfs_repair -P -e", "xfs_repair -P -n"]],
  ["f2fs", ["fsck.f2fs -p", "fsck.f2fs -y", "fsck.f2fs --dry-run"]],
  ["jfs", ["jfs_fsck -v -p", "jfs_fsck -v -p", "jfs_fsck -v -n"]],
  ["ntfs", ["ntfsfix --clear-dirty", "ntfsfix --clear-dirty", "ntfsfix --no-action"]],
  ["bcachefs", ["bcachefs fsck -v -p", "bcachefs fsck -v -y", "bcachefs fsck -v -n"]],
  ["erofs", ["fsck.erofs", "fsck.erofs", "fsck.erofs"]],
  ["minix", ["fsck.minix -v -p", "fsck.minix -v -y", "fsck.minix -v -n"]],
])("checks %s by its own program", (type, expected) => {
  expect(commandLines(type)).toEqual(expected);
});

it("lets nothing answer yes to everything, or write, unless asked", () => {
  const types = [
    "ext4",
    "vfat",
    "exfat",
    "btrfs",
    "xfs",
    "f2fs",
    "jfs",
    "ntfs",
    "bcachefs",
    "erofs",
    "minix",
  ];
  const wordsOf = (mode: RepairMode) =>
    types.flatMap((type) => checkerFor(type)?.arguments[mode] ?? []);

  expect(wordsOf("preen")).not.toEqual(expect.arrayContaining(["-y"]));
  expect(wordsOf("preen")).not.toEqual(expect.arrayContaining(["--repair"]));
  for (const word of ["-y", "-p", "-a", "-e", "--repair", "--clear-dirty"]) {
    expect(wordsOf("no")).not.toEqual(expect.arrayContaining([word]));
  }
});

it.each(["iso9660", "squashfs", "tmpfs", "nfs4", "9p", "virtiofs", "overlay", "nilfs2"])(
  "has no checker for %s",
  (type) => {
    expect(checkerFor(type)).toBeUndefined();
  },
);

it.each(["", "../ext4", "ext4 -y", "ext4\n", "a/b"])("refuses %j, which is no type", (type) => {
  expect(() => checkerFor(type)).toThrow(/is not a type of file system/);
});

describe("translates the statuses of", () => {
  const summary = "/dev/vda: 3 files, 10/8167 clusters\n";

  it.each<[type: string, status: number, mode: RepairMode, outcome: string, output?: string]>([
    ["ext4", 0, "preen", "pass"],
    ["ext4", 1, "preen", "errors-corrected"],
    ["ext4", 12, "preen", "operational-error"],
    ["vfat", 0, "preen", "pass", summary],
    ["vfat", 1, "preen", "errors-corrected", summary],
    ["vfat", 1, "no", "errors-left", summary],
    ["vfat", 1, "preen", "operational-error", "Logical sector size is zero.\n"],
    ["vfat", 2, "preen", "usage-error"],
    ["vfat", 6, "preen", "operational-error"],
    ["exfat", 4, "preen", "errors-left"],
    ["btrfs", 0, "preen", "pass"],
    ["btrfs", 1, "yes", "errors-left"],
    ["btrfs", 129, "yes", "operational-error"],
    ["xfs", 0, "no", "pass"],
    ["xfs", 1, "no", "errors-left"],
    ["xfs", 1, "preen", "errors-left"],
    ["xfs", 1, "yes", "operational-error"],
    ["xfs", 2, "yes", "errors-left"],
    ["xfs", 4, "yes", "errors-corrected"],
    ["f2fs", 1, "preen", "errors-corrected"],
    ["f2fs", 1, "no", "errors-left"],
    ["f2fs", 255, "preen", "operational-error"],
    ["ext4", 255, "preen", "operational-error"],
    ["ext4", 127, "preen", "library-error"],
    ["vfat", 127, "preen", "library-error"],
    ["minix", 127, "preen", "library-error"],
    ["jfs", 2, "preen", "reboot-required"],
    ["ntfs", 1, "preen", "errors-left"],
    ["bcachefs", 2, "preen", "pass"],
    ["bcachefs", 3, "preen", "errors-corrected"],
    ["bcachefs", 4, "preen", "errors-left"],
    ["erofs", 1, "preen", "errors-left"],
    ["minix", 3, "preen", "reboot-required"],
    ["minix", 0, "preen", "usage-error", "fsck.minix: invalid option -- 'p'\nUsage: …\n"],
  ])("%s: %i (%s) is %s", (type, status, mode, outcome, output = "") => {
    const bits = checkerFor(type)?.translate(status, mode, output) ?? Number.NaN;

    expect(fsckOutcome(bits).outcome).toBe(outcome);
  });
});
