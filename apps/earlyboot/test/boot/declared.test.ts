import { mkdirSync, writeFileSync, truncateSync, openSync, writeSync, closeSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@jest/globals";
import { makeScratchRoot, scratchInit } from "@earlyboot/earlyboot";
import { fileSystem, type FileSystemDeclaration, toSpec } from "@earlyboot/mount-spec";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { run } from "../support/make-disks.ts";
import { testImage } from "../support/test-image.ts";

/** An init that also tells what `/etc/mtab` is, and whether it can write in some places. */
const tellPlaces = scratchInit.replace(
  "exec > $facts",
  `exec > $facts
echo "earlyboot-scratch: environment mtab=$(/bin/busybox readlink /etc/mtab)"
for place in /data /data/inner /mnt/bound; do
  { echo 1 > $place/written; } 2> /dev/null && echo "earlyboot-scratch: environment writable=$place"
done
echo "earlyboot-scratch: environment bound=$(/bin/busybox ls /mnt/bound)"`,
);

const needed = { neededForBoot: true } as const;

/** Declared in an order in which they cannot be mounted. */
const declared: readonly FileSystemDeclaration[] = [
  {
    device: { none: "inner" },
    mountPoint: "/data/inner",
    type: "tmpfs",
    options: "size=1m",
    ...needed,
    createMountPoint: true,
    check: false,
  },
  {
    device: { path: "/data/shared" },
    mountPoint: "/mnt/bound",
    type: "none",
    flags: ["bind-mount", "read-only"],
    ...needed,
    createMountPoint: true,
    check: false,
  },
  {
    device: { label: "nowhere" },
    mountPoint: "/nowhere",
    type: "ext4",
    mountMayFail: true,
    ...needed,
  },
  {
    device: { label: "ESP" },
    mountPoint: "/boot",
    type: "vfat",
    ...needed,
    createMountPoint: true,
  },
  {
    device: { label: "data" },
    mountPoint: "/data",
    type: "ext4",
    ...needed,
    createMountPoint: true,
  },
];

function makeData(): string {
  const [tree, file] = [scratchFile("data-tree"), scratchFile("data")];
  mkdirSync(join(tree, "shared"), { recursive: true });
  writeFileSync(join(tree, "shared", "one"), "");
  run("mke2fs", ["-q", "-F", "-t", "ext4", "-L", "data", "-d", tree, file, "16M"]);
  return file;
}

/** A vfat that was not unmounted: the bit in its boot sector says so. */
function makeDirtyFat(): string {
  const file = scratchFile("esp");
  writeFileSync(file, "");
  truncateSync(file, 40 * 1024 * 1024);
  run("mkfs.vfat", ["-F", "32", "-s", "1", "-n", "ESP", file]);
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, Uint8Array.of(1), 0, 1, 65);
  closeSync(descriptor);
  return file;
}

async function boot(words: string) {
  const file = scratchFile("root");
  await makeScratchRoot({
    file,
    init: tellPlaces,
    files: { "/data/.here": "", "/boot/.here": "", "/mnt/bound/.here": "" },
  });
  const guest = await bootGuest({
    image: await testImage({
      fileSystems: ["ext4", "vfat"],
      configuration: { fileSystems: declared.map((input) => toSpec(fileSystem(input))) },
    }),
    disks: [file, makeData(), makeDirtyFat()].map((each) => ({ file: each })),
    commandLine: `root=LABEL=earlyboot-root rootwait=120 earlyboot.timeout=8 ${words}`,
  });
  const facts = await guest.reachedInit();
  return { ...facts, console: guest.console.text() };
}

bootTest(
  "mounts declared file systems in their order, checked, below a writable root",
  async () => {
    const { mounts, environment, console, report } = await boot("rw");
    const targets = mounts.map((line) => line.split(" ")[1]);

    expect(targets.filter((target) => /^\/(data|mnt|boot|nowhere)/.test(target ?? ""))).toEqual([
      "/data",
      "/data/inner",
      "/mnt/bound",
      "/boot",
    ]);
    expect(mounts.join("\n")).toMatch(/^\S+ \/mnt\/bound ext4 ro,/m);
    expect(mounts.join("\n")).toMatch(/^\S+ \/data ext4 rw,/m);
    expect(environment).toContain("bound=one");
    expect(environment.filter((line) => line.startsWith("writable="))).toEqual([
      "writable=/data",
      "writable=/data/inner",
    ]);
    expect(environment).toContain("mtab=/proc/self/mounts");
    expect(console).toContain("/dev/vdc (vfat) had errors, which were corrected");
    expect(report?.warnings).toEqual([
      "/nowhere is not mounted (it may fail): LABEL=nowhere is not there",
    ]);
  },
  { programs: ["mkfs.vfat", "fsck.vfat"] },
);

bootTest(
  "mounts declared file systems below a read-only root, which gets no mtab",
  async () => {
    const { mounts, environment, report } = await boot("ro");

    expect(mounts.join("\n")).toMatch(/^\S+ \/mnt\/bound ext4 ro,/m);
    expect(mounts.join("\n")).toMatch(/ \/data\/inner tmpfs rw,/);
    expect(environment).toContain("mtab=");
    expect(report?.warnings).toHaveLength(1);
  },
  { programs: ["mkfs.vfat", "fsck.vfat"] },
);
