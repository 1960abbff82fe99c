import { closeSync, openSync, writeSync } from "node:fs";
import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { run } from "../support/make-disks.ts";

const onlyE2fsck = "what e2fsck finds, and its words for that";

/** A root without a superblock at its place; copies of it are elsewhere. */
async function bootWithoutSuperblock(words: string) {
  const file = scratchFile("root");
  await makeScratchRoot({ file, mebibytes: 160 });
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, new Uint8Array(1024), 0, 1024, 1024);
  closeSync(descriptor);
  return await bootGuest({
    disks: [{ file }],
    commandLine: `root=/dev/vda ${words}`,
    planCannotKnow: onlyE2fsck,
  });
}

bootTest("tells how to repair an ext4 root by a copy of its superblock", async () => {
  const guest = await bootWithoutSuperblock("rootfstype=ext4");
  const screen = (await guest.ended()).replaceAll(/\s+/g, " ");

  expect(screen).toContain("Bad magic number in super-block");
  expect(screen).toContain("e2fsck -b 32768 <device>");
});

bootTest("repairs an ext4 root by a copy of its superblock where that is asked for", async () => {
  const guest = await bootWithoutSuperblock("rootfstype=ext4 fsck.repair=yes");
  const { report } = await guest.reachedInit();

  expect(report?.checks).toMatchObject([{ outcome: "errors-corrected" }]);
});

/** Damage that e2fsck does not repair without asking: a directory of zeros. */
async function makeDamagedRoot(): Promise<string> {
  const file = scratchFile("root");
  await makeScratchRoot({ file });
  const block = Number(run("debugfs", ["-R", "blocks /var", file]).trim());
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, new Uint8Array(4096), 0, 4096, block * 4096);
  closeSync(descriptor);
  return file;
}

for (const [words, outcome] of [
  ["fsck.mode=force fsck.repair=yes", [{ outcome: "errors-corrected" }]],
  ["fsck.mode=skip", [{ outcome: "skipped" }]],
] as const) {
  bootTest(
    `boots from a damaged ext4 root with ${words}`,
    async () => {
      const guest = await bootGuest({
        disks: [{ file: await makeDamagedRoot() }],
        commandLine: `root=/dev/vda ${words}`,
      });
      const { report } = await guest.reachedInit();

      expect(report?.checks).toMatchObject(outcome);
    },
    { programs: ["debugfs"] },
  );
}

bootTest(
  "does not boot from an ext4 root that e2fsck wants to ask about, in its own words",
  async () => {
    const guest = await bootGuest({
      disks: [{ file: await makeDamagedRoot() }],
      commandLine: "root=/dev/vda fsck.mode=force",
      planCannotKnow: onlyE2fsck,
    });
    const console = await guest.ended();

    expect(console.replaceAll(/\s+/g, " ")).toContain("RUN fsck MANUALLY");
    expect(console).not.toContain("mounted /dev/vda");
  },
  { programs: ["debugfs"] },
);
