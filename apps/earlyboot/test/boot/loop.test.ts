import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@jest/globals";
import { makeScratchRoot, scratchInit } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { makeRootOfType, run } from "../support/make-disks.ts";
import { testImage } from "../support/test-image.ts";

/** A disk of ext4, labelled `store`, with an image file in a directory. */
function makeStore(image: string): string {
  const tree = scratchFile("store-tree");
  const disk = scratchFile("store");
  mkdirSync(join(tree, "images"), { recursive: true });
  renameSync(image, join(tree, "images/root.img"));
  run("mke2fs", ["-q", "-F", "-t", "ext4", "-L", "store", "-d", tree, disk, "96M"]);
  return disk;
}

async function bootFrom(image: string, words: string) {
  const guest = await bootGuest({
    image: await testImage({ fileSystems: ["ext4", "squashfs"] }),
    disks: [{ file: makeStore(image) }],
    commandLine: `root=LABEL=store earlyboot.loop=/images/root.img ${words}`,
  });
  return guest.reachedInit();
}

bootTest(
  "boots from an image file of type squashfs on a disk",
  async () => {
    const { mounts } = await bootFrom(await makeRootOfType("squashfs"), "");

    expect(mounts.join("\n")).toContain("/dev/loop0 / squashfs ro");
    expect(mounts.join("\n")).toContain("/dev/vda /run/earlyboot/loop ext4 ro");
  },
  { programs: ["mksquashfs"] },
);

bootTest(
  "boots from an image file of type ext4 on a disk, checks both, and writes to it by rw",
  async () => {
    const file = scratchFile("root");
    const init = scratchInit.replace(
      "exec > $facts",
      'exec > $facts\n/bin/busybox touch /written && echo "earlyboot-scratch: environment written=yes"',
    );
    await makeScratchRoot({ file, init });

    const { mounts, environment, report } = await bootFrom(file, "rw fsck.mode=force");

    expect(mounts.join("\n")).toContain("/dev/loop0 / ext4 rw");
    expect(environment).toContain("written=yes");
    expect(report?.checks).toMatchObject([
      { device: "/dev/vda", outcome: "pass" },
      { device: "/dev/loop0", outcome: "pass" },
    ]);
  },
);
