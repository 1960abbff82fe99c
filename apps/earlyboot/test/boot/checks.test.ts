import { writeFileSync } from "node:fs";
import { expect } from "@jest/globals";
import { findStaticBusybox, makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { testImage } from "../support/test-image.ts";

/** An image whose e2fsck ends with the status that the kernel's command line says. */
async function imageWithObedientChecker(): Promise<string> {
  const script = scratchFile("e2fsck");
  const text = `#!/bin/busybox sh
status=$(/bin/busybox sed 's/.*checker.status=\\([0-9]*\\).*/\\1/' /proc/cmdline)
echo "the checker of this test ends with $status"
exit $status
`;
  writeFileSync(script, text, { mode: 0o755 });
  return testImage({
    fileSystems: [],
    files: [
      { file: script, path: "/sbin/e2fsck", mode: 0o755 },
      { file: await findStaticBusybox(), path: "/bin/busybox", mode: 0o755 },
    ],
  });
}

async function bootWithStatus(status: number) {
  const file = scratchFile("root");
  await makeScratchRoot({ file });
  return bootGuest({
    image: await imageWithObedientChecker(),
    disks: [{ file }],
    commandLine: `root=LABEL=earlyboot-root fsck.mode=force checker.status=${status}`,
  });
}

for (const [status, outcome] of [
  [0, "pass"],
  [1, "errors-corrected"],
] as const) {
  bootTest(`goes on after a checker that ends with ${status}`, async () => {
    const guest = await bootWithStatus(status);
    const { report } = await guest.reachedInit();

    expect(report?.checks).toMatchObject([{ outcome }]);
  });
}

bootTest("reboots after a checker that ends with 2", async () => {
  const guest = await bootWithStatus(2);
  const console = await guest.ended();

  expect(console).toContain("reboot: Restarting system");
  expect(console).not.toContain("earlyboot-scratch:");
});

for (const status of [4, 8, 16, 32, 128]) {
  bootTest(`does not mount what a checker leaves with ${status}`, async () => {
    const guest = await bootWithStatus(status);
    const console = await guest.ended();

    expect(console).toContain("this machine did not boot");
    // The screen breaks long lines.
    expect(console.replaceAll(/\s+/g, " ")).toContain(
      `the checker of this test ends with ${status}`,
    );
    expect(console).not.toContain("mounted /dev/vda");
  });
}
