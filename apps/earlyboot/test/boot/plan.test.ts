import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { planImageBoot } from "../../src/plan/plan-image-boot.ts";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { testImage } from "../support/test-image.ts";

const usual = "panic=-1 tsc=reliable earlyboot.onfailure=poweroff";

for (const [title, words] of [
  ["a root by its label", "root=LABEL=earlyboot-root"],
  ["a forced check", "root=LABEL=earlyboot-root fsck.mode=force"],
  ["a volatile root", "root=/dev/vdb earlyboot.volatile"],
] as const) {
  bootTest(`says the stages that a boot of ${title} then has`, async () => {
    const { plan, guest } = await planAndBoot(words);
    const { report } = await guest.reachedInit();

    expect(plan.outcome).toMatchObject({ kind: "real-init", path: "/sbin/init" });
    expect(stagesOf(plan.report)).toEqual(stagesOf(report));
    expect(plan.report?.mounts).toEqual(report?.mounts);
  });
}

for (const [title, words] of [
  ["a label that no disk has", "root=LABEL=nothing earlyboot.timeout=20"],
  ["a disk that is not there", "root=/dev/vdz earlyboot.timeout=20"],
  ["a label that two disks have", "root=LABEL=twin earlyboot.timeout=20"],
  ["a type that the root is not of", "root=LABEL=earlyboot-root rootfstype=xfs"],
] as const) {
  bootTest(`says the words with which ${title} then fails`, async () => {
    const { plan, guest } = await planAndBoot(words);
    const console = await guest.ended();

    expect(plan.outcome.kind).toBe("failed");
    expect(screenOf(plan.outcome.kind === "failed" ? plan.outcome.screen : "")).toBe(
      screenOf(console),
    );
  });
}

async function planAndBoot(words: string) {
  const disks = [];
  for (const label of ["twin", "earlyboot-root", "twin"]) {
    const file = scratchFile(`disk${disks.length}`);
    await makeScratchRoot({ file, label });
    disks.push(file);
  }
  const image = await testImage({ fileSystems: ["ext4", "overlay"] });
  const plan = await planImageBoot({
    image,
    disk: disks,
    cmdline: `console=ttyS0 ${usual} ${words}`,
  });
  const guest = await bootGuest({
    image,
    disks: disks.map((file) => ({ file })),
    commandLine: words,
  });
  return { plan, guest };
}

function stagesOf(
  report:
    | { readonly stages: readonly { readonly name: string; readonly outcome: string }[] }
    | undefined,
) {
  return report?.stages.map(({ name, outcome }) => `${name} ${outcome}`);
}

/** What failed and what was asked for: the part of the failure screen that does not depend on the hardware. */
function screenOf(text: string): string {
  const start = text.lastIndexOf("What failed:");
  const end = text.indexOf("Seen:", start);
  return text.slice(start, end);
}
