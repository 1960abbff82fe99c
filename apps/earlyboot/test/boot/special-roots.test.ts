import { mkdirSync } from "node:fs";
import { expect } from "@jest/globals";
import { fillScratchTree, makeScratchRoot, scratchInit } from "@earlyboot/earlyboot";
import { testKernel } from "../support/boot-environment.ts";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { testImage } from "../support/test-image.ts";

const generic = testKernel("generic");

const writeSomething = scratchInit.replace(
  "exec > $facts",
  'exec > $facts\n/bin/busybox touch /written && echo "earlyboot-scratch: environment written=yes"',
);

bootTest("makes a volatile root writable and leaves the disk as it was", async () => {
  const file = scratchFile("root");
  await makeScratchRoot({ file, init: writeSomething });

  const guest = await bootGuest({
    disks: [{ file }],
    commandLine: "root=LABEL=earlyboot-root earlyboot.volatile=64m",
  });
  const facts = await guest.reachedInit();

  expect(facts.mounts.find((line) => line.split(" ")[1] === "/")).toMatch(/^\S+ \/ overlay rw/);
  expect(facts.environment).toContain("written=yes");
});

bootTest("mounts a root read-write by rw", async () => {
  const file = scratchFile("root");
  await makeScratchRoot({ file, init: writeSomething });

  const guest = await bootGuest({
    disks: [{ file }],
    commandLine: "root=LABEL=earlyboot-root ro rw",
  });
  const facts = await guest.reachedInit();

  expect(facts.environment).toContain("written=yes");
});

bootTest(
  "boots from a directory of the host by 9p",
  async () => {
    const directory = scratchFile("shared");
    mkdirSync(directory);
    await fillScratchTree(directory, {});

    const guest = await bootGuest({
      ...(generic === undefined ? {} : { kernel: generic.file }),
      image: await testImage({ kernel: "generic" }),
      extra: ["-virtfs", `local,path=${directory},mount_tag=share,security_model=none,readonly=on`],
      commandLine: "root=9p:share",
    });
    const facts = await guest.reachedInit();

    expect(facts.mounts.find((line) => line.split(" ")[1] === "/")).toMatch(/^share \/ 9p /);
  },
  // Debian's kernel for clouds has no 9p.
  { reason: generic === undefined ? "needs Debian's linux-image-amd64" : undefined },
);
