import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { expect } from "@jest/globals";
import { findStaticBusybox, makeScratchRoot, scratchInit } from "@earlyboot/earlyboot";
import { Signal } from "@earlyboot/linux-syscalls";
import { bootGuest, scratchFile } from "../../support/boot-guest.ts";
import type { BootScenario, ImageContent, Scenario } from "../../support/scenario.ts";
import { testImage } from "../../support/test-image.ts";

/** The real init tells what the firmware remembers of reboots. */
const tellVariables = scratchInit.replace(
  "exec > $facts",
  `exec > $facts
for variable in /sys/firmware/efi/efivars/*; do
  echo "earlyboot-scratch: environment firmware=\${variable##*/}"
done`,
);

/** An image whose e2fsck ends with the status that the kernel's command line says. */
async function obedientChecker(): Promise<ImageContent> {
  const script = scratchFile("e2fsck");
  const text = `#!/bin/busybox sh
status=$(/bin/busybox sed 's/.*checker.status=\\([a-z0-9]*\\).*/\\1/' /proc/cmdline)
echo "the checker of this test ends with $status"
[ $status = killed ] && kill -KILL $$
exit $status
`;
  writeFileSync(script, text, { mode: 0o755 });
  return {
    fileSystems: [],
    files: [
      { file: script, path: "/sbin/e2fsck", mode: 0o755 },
      { file: await findStaticBusybox(), path: "/bin/busybox", mode: 0o755 },
    ],
  };
}

const words = "root=LABEL=earlyboot-root fsck.mode=force";

function checked(
  status: number | "killed",
  rest: Pick<BootScenario, "facts" | "name" | "outcome" | "says" | "saysNot">,
): BootScenario {
  return {
    image: obedientChecker,
    disks: [{ holds: { ext4: {} } }],
    commandLine: `${words} checker.status=${status}`,
    // What the checker says a plan is told, and it takes that for granted.
    checker: {
      ...(status === "killed" ? { signal: Signal.Kill } : { status }),
      output: `the checker of this test ends with ${status}\n`,
    },
    ...rest,
  };
}

const firmware = {
  code: "/usr/share/OVMF/OVMF_CODE_4M.fd",
  variables: "/usr/share/OVMF/OVMF_VARS_4M.fd",
};

/** What a checker can say, and what then happens. */
export const checks: readonly Scenario[] = [
  ...(
    [
      [0, "pass"],
      [1, "errors-corrected"],
    ] as const
  ).map(([status, outcome]) =>
    checked(status, {
      name: `goes on after a checker that ends with ${status}`,
      outcome: "real-init",
      facts: ({ report }) => expect(report?.checks).toMatchObject([{ outcome }]),
    }),
  ),
  checked(2, {
    name: "reboots after a checker that ends with 2",
    outcome: "reboot",
  }),
  ...([4, 8, 16, 32, 128, "killed"] as const).map((status) =>
    checked(status, {
      name: `does not mount what a checker leaves with ${status}`,
      outcome: "failed",
      says: [`the checker of this test ends with ${status}`],
      saysNot: ["mounted /dev/vda"],
    }),
  ),
  {
    name: "counts the reboots that a checker asks for in the firmware, stops the third, and forgets them",
    needs: { reason: existsSync(firmware.code) ? undefined : "needs ovmf, which is for x86-64" },
    run: countReboots,
  },
];

async function countReboots(): Promise<void> {
  const variables = scratchFile("variables");
  copyFileSync(firmware.variables, variables);
  const image = await testImage(await obedientChecker());
  const file = scratchFile("root");
  await makeScratchRoot({ file, init: tellVariables });
  const boot = (status: number, planCannotKnow?: string) =>
    bootGuest({
      image,
      checker: { status },
      planCannotKnow,
      disks: [{ file }],
      extra: [
        ["-drive", `if=pflash,format=raw,readonly=on,file=${firmware.code}`],
        ["-drive", `if=pflash,format=raw,file=${variables}`],
      ].flat(),
      commandLine: `${words} checker.status=${status}`,
    });

  for (let count = 1; count < 3; count++) {
    const rebooting = await (await boot(2)).ended();
    expect(rebooting).toContain("reboot: Restarting system");
    expect(rebooting).not.toContain("nothing counts");
  }
  const counted = "what the firmware remembers of reboots";
  const stopped = await (await boot(2, counted)).ended();
  const passed = await (await boot(0)).reachedInit();

  expect(stopped).toContain("this machine did not boot");
  expect(stopped.replaceAll(/\s+/g, " ")).toContain("3 times in a row");
  const remembered = passed.environment.filter((line) => line.startsWith("firmware="));
  expect(remembered.join("\n")).toContain("firmware=BootOrder-");
  expect(remembered.join("\n")).not.toContain("Earlyboot");
}
