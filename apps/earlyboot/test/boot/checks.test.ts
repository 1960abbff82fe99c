import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { expect, jest } from "@jest/globals";
import { findStaticBusybox, makeScratchRoot, scratchInit } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { testImage } from "../support/test-image.ts";

// The firmware of four boots takes its time.
jest.setTimeout(600_000);

/** The real init tells what the firmware remembers of reboots. */
const tellVariables = scratchInit.replace(
  "exec > $facts",
  `exec > $facts
for variable in /sys/firmware/efi/efivars/*; do
  echo "earlyboot-scratch: environment firmware=\${variable##*/}"
done`,
);

/** An image whose e2fsck ends with the status that the kernel's command line says. */
async function imageWithObedientChecker(): Promise<string> {
  const script = scratchFile("e2fsck");
  const text = `#!/bin/busybox sh
status=$(/bin/busybox sed 's/.*checker.status=\\([a-z0-9]*\\).*/\\1/' /proc/cmdline)
echo "the checker of this test ends with $status"
[ $status = killed ] && kill -KILL $$
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

async function bootWithStatus(
  status: number | "killed",
  { extra = [], words = "" }: { readonly extra?: readonly string[]; readonly words?: string } = {},
) {
  const file = scratchFile("root");
  await makeScratchRoot({ file, init: tellVariables });
  return bootGuest({
    image: await imageWithObedientChecker(),
    disks: [{ file }],
    extra,
    commandLine: `root=LABEL=earlyboot-root fsck.mode=force ${words} checker.status=${status}`,
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

for (const status of [4, 8, 16, 32, 128, "killed"] as const) {
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

const firmware = {
  code: "/usr/share/OVMF/OVMF_CODE_4M.fd",
  variables: "/usr/share/OVMF/OVMF_VARS_4M.fd",
};
const noFirmware = existsSync(firmware.code) ? undefined : "needs ovmf, which is for x86-64";

bootTest(
  "counts the reboots that a checker asks for in the firmware, stops the third, and forgets them",
  async () => {
    const variables = scratchFile("variables");
    copyFileSync(firmware.variables, variables);
    const efi = {
      extra: [
        ["-drive", `if=pflash,format=raw,readonly=on,file=${firmware.code}`],
        ["-drive", `if=pflash,format=raw,file=${variables}`],
      ].flat(),
      // The kernel tries the timer against a delay loop, which an emulation can be too slow for.
      words: "no_timer_check",
    };

    for (let count = 1; count < 3; count++) {
      const rebooting = await (await bootWithStatus(2, efi)).ended();
      expect(rebooting).toContain("reboot: Restarting system");
      expect(rebooting).not.toContain("nothing counts");
    }
    const stopped = await (await bootWithStatus(2, efi)).ended();
    const passed = await (await bootWithStatus(0, efi)).reachedInit();

    expect(stopped).toContain("this machine did not boot");
    expect(stopped.replaceAll(/\s+/g, " ")).toContain("3 times in a row");
    const remembered = passed.environment.filter((line) => line.startsWith("firmware="));
    expect(remembered.join("\n")).toContain("firmware=BootOrder-");
    expect(remembered.join("\n")).not.toContain("Earlyboot");
  },
  { reason: noFirmware },
);
