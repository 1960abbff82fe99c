import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect } from "@jest/globals";
import { fillScratchTree, makeScratchRoot, scratchInit } from "@earlyboot/earlyboot";
import { fileSystem, toSpec } from "@earlyboot/mount-spec";
import { findProgram } from "../../src/build/checker-programs.ts";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest, type BootTestNeeds } from "../support/boot-test.ts";
import { run } from "../support/make-disks.ts";
import { testImage } from "../support/test-image.ts";

const needs: BootTestNeeds = { programs: ["mkfs.btrfs", "btrfs", "ldd"] };

/** Makes a root on two disks, and another below a subvolume; only a kernel with btrfs can. */
const fillDisks = `#!/bin/busybox sh
/bin/btrfs device scan /dev/vdb /dev/vdc
/bin/busybox mount -t btrfs /dev/vdb /mnt
/bin/btrfs subvolume create /mnt/@
for tree in /mnt /mnt/@; do
  /bin/busybox cp -a /bin $tree
  /bin/busybox mkdir $tree/dev $tree/etc $tree/proc $tree/run $tree/sbin $tree/sys
  /bin/busybox cp -a /sbin/scratch-init $tree/sbin/init
done
/bin/busybox umount /mnt && echo "the disks are full"
/bin/busybox poweroff -f
`;

let kept: string | undefined;
let disks: Promise<readonly string[]> | undefined;

afterAll(() => {
  if (kept !== undefined) rmSync(kept, { recursive: true });
});

/** Two disks with one btrfs, labelled `pair`, that keeps everything on both. Made once. */
function pairOfDisks(): Promise<readonly string[]> {
  return (disks ??= makePair());
}

async function makePair(): Promise<readonly string[]> {
  const directory = mkdtempSync(join(tmpdir(), "earlyboot-btrfs-"));
  kept = directory;
  const pair = ["one", "two"].map((name) => join(directory, name));
  for (const file of pair) {
    writeFileSync(file, "");
    truncateSync(file, 128 * 1024 * 1024);
  }
  run("mkfs.btrfs", ["-q", "-L", "pair", "-d", "raid1", "-m", "raid1", ...pair]);
  const workshop = await bootGuest({
    image: await testImage({ fileSystems: ["ext4", "btrfs"], configuration: { modules } }),
    disks: [{ file: await makeWorkshop() }, ...pair.map((file) => ({ file, writable: true }))],
    commandLine: "root=/dev/vda",
  });
  expect(await workshop.ended()).toContain("the disks are full");
  return pair;
}

const modules = { load: ["btrfs"] };

/** A root with the program btrfs, whose init fills the other disks. */
async function makeWorkshop(): Promise<string> {
  const tree = scratchFile("workshop-tree");
  const file = scratchFile("workshop");
  mkdirSync(tree);
  await fillScratchTree(tree, { init: fillDisks, files: { "/sbin/scratch-init": scratchInit } });
  const program = findProgram("btrfs") ?? "";
  copyFileSync(program, join(tree, "bin/btrfs"));
  for (const [, library = ""] of run("ldd", [program]).matchAll(/(\/\S+) \(0x/g)) {
    mkdirSync(dirname(join(tree, library)), { recursive: true });
    copyFileSync(library, join(tree, library));
  }
  run("mke2fs", ["-q", "-F", "-t", "ext4", "-d", tree, file, "64M"]);
  return file;
}

async function bootFrom(files: readonly string[], commandLine: string) {
  return await bootGuest({
    image: await testImage({ fileSystems: ["ext4", "btrfs"] }),
    disks: files.map((file) => ({ file })),
    commandLine: `root=LABEL=pair ${commandLine}`,
  });
}

bootTest(
  "boots from a btrfs on two disks",
  async () => {
    const { mounts } = await (await bootFrom(await pairOfDisks(), "")).reachedInit();

    expect(mounts.join("\n")).toMatch(/^\/dev\/vd[ab] \/ btrfs ro,.*subvol=\/ /m);
  },
  needs,
);

bootTest(
  "mounts a declared btrfs on two disks",
  async () => {
    const file = scratchFile("root");
    await makeScratchRoot({ file });
    const declared = fileSystem({
      device: { label: "pair" },
      mountPoint: "/mnt",
      type: "btrfs",
      neededForBoot: true,
    });

    const guest = await bootGuest({
      image: await testImage({
        fileSystems: ["ext4", "btrfs"],
        configuration: { fileSystems: [toSpec(declared)] },
      }),
      disks: [file, ...(await pairOfDisks())].map((each) => ({ file: each })),
      commandLine: "root=LABEL=earlyboot-root",
    });
    const { mounts } = await guest.reachedInit();

    expect(mounts.join("\n")).toMatch(/^\/dev\/vd[bc] \/mnt btrfs rw,/m);
  },
  needs,
);

bootTest(
  "boots from a subvolume of btrfs",
  async () => {
    const guest = await bootFrom(await pairOfDisks(), "rootflags=subvol=@");
    const { mounts } = await guest.reachedInit();

    expect(mounts.join("\n")).toMatch(/^\/dev\/vd[ab] \/ btrfs ro,.*subvol=\/@ /m);
  },
  needs,
);

bootTest(
  "does not boot from one of two disks of a btrfs, and says that the other is missing",
  async () => {
    const [one = ""] = await pairOfDisks();
    const guest = await bootFrom([one], "earlyboot.timeout=10");
    const console = (await guest.ended()).replaceAll(/\s+/g, " ");

    expect(console).toContain(
      "LABEL=pair has only 1 of its 2 devices: /dev/vda; missing is UUID_SUB=",
    );
    expect(console).toContain("rootflags=degraded");
    expect(console).not.toContain("mounted /dev/vda");
  },
  needs,
);

bootTest(
  "boots from one of two disks of a btrfs where that is asked for, once the other does not come",
  async () => {
    const [, two = ""] = await pairOfDisks();
    const guest = await bootFrom([two], "earlyboot.timeout=10 rootflags=degraded");
    const { mounts } = await guest.reachedInit();

    expect(mounts.join("\n")).toMatch(/^\/dev\/vda \/ btrfs ro,.*degraded/m);
  },
  needs,
);
