import { expect } from "@jest/globals";
import { makeScratchRoot, type ScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { run } from "../support/make-disks.ts";

const root = "root=LABEL=earlyboot-root";

/** Boots what must not come up, and gives its console. */
async function failingBoot(
  commandLine: string,
  options: Partial<ScratchRoot> = {},
  spoil?: (file: string) => void,
) {
  const file = scratchFile("root");
  await makeScratchRoot({ ...options, file });
  spoil?.(file);
  const guest = await bootGuest({ disks: [{ file }], commandLine });
  const console = await guest.ended();
  expect(console).toContain("earlyboot: this machine did not boot.");
  expect(console).not.toContain("earlyboot-scratch:");
  return console;
}

function debugfs(file: string, ...commands: readonly string[]) {
  run("debugfs", ["-w", "-f", "-", file], `${commands.join("\n")}\n`);
}

bootTest("names the label that no device has, what is there, and the nearest", async () => {
  const console = await failingBoot("root=LABEL=earlyboot-rout earlyboot.timeout=15");

  expect(console).toContain("LABEL=earlyboot-rout");
  expect(console).toMatch(/\/dev\/vda .*48 MiB .*ext4 .*LABEL=earlyboot-root/);
});

bootTest("stops when two disks have the wanted label, and names both", async () => {
  const [one, other] = [scratchFile("one"), scratchFile("other")];
  await makeScratchRoot({ file: one, label: "twin" });
  await makeScratchRoot({ file: other, label: "twin" });

  const guest = await bootGuest({
    disks: [{ file: one }, { file: other }],
    commandLine: "root=LABEL=twin earlyboot.timeout=15",
  });
  const console = await guest.ended();

  expect(console).toContain("this machine did not boot");
  expect(console).toMatch(/\/dev\/vda[^]*\/dev\/vdb/);
  expect(console).not.toContain("earlyboot-scratch:");
});

bootTest("prints a hostile label without its control characters", async () => {
  const label = "\u001b[2Jx\nroot=\u0007";
  const console = await failingBoot("root=LABEL=none earlyboot.timeout=15", { label });

  expect(console).toContain(String.raw`\x1b[2Jx\x0aroot=\x07`);
});

bootTest("refuses a root without an init", async () => {
  const console = await failingBoot(`${root} init=/sbin/nothing`);

  expect(console).toContain("/sbin/nothing");
});

bootTest("refuses an init without the permission to execute it", async () => {
  const console = await failingBoot(`${root} init=/sbin/init`, {}, (file) =>
    debugfs(file, "set_inode_field /sbin/init mode 0100644"),
  );

  expect(console).toContain("/sbin/init");
});

bootTest("refuses an init whose interpreter is missing, and names it", async () => {
  const console = await failingBoot(`${root} init=/sbin/init`, { init: "#!/bin/nothing\n" });

  expect(console).toContain("/bin/nothing");
});

bootTest("follows an absolute link of the new root to its init", async () => {
  const file = scratchFile("root");
  await makeScratchRoot({ file });
  debugfs(file, "symlink /sbin/begin /sbin/init");

  const guest = await bootGuest({ disks: [{ file }], commandLine: `${root} init=/sbin/begin` });

  expect((await guest.reachedInit()).pid).toBe(1);
});

bootTest("says what is on a disk with a broken superblock", async () => {
  const file = scratchFile("root");
  await makeScratchRoot({ file });
  run("dd", [
    "if=/dev/zero",
    `of=${file}`,
    "bs=1024",
    "seek=1",
    "count=1",
    "conv=notrunc",
    "status=none",
  ]);

  const guest = await bootGuest({
    disks: [{ file }],
    commandLine: "root=/dev/vda earlyboot.timeout=15",
  });
  const console = await guest.ended();

  expect(console).toContain("this machine did not boot");
  expect(console).toMatch(/\/dev\/vda {2}48 MiB {2}nothing known/);
});

bootTest("repairs a file system that was not unmounted", async () => {
  const file = scratchFile("root");
  await makeScratchRoot({ file });
  debugfs(file, "set_super_value state 0");

  const guest = await bootGuest({ disks: [{ file }], commandLine: root });
  const facts = await guest.reachedInit();

  expect(facts.report?.checks).toMatchObject([
    { type: "ext4", outcome: expect.stringMatching(/pass|corrected/) },
  ]);
});

bootTest("halts after a boot that failed by earlyboot.onfailure=halt", async () => {
  const guest = await bootGuest({
    commandLine: "root=LABEL=none earlyboot.timeout=1 earlyboot.onfailure=halt",
  });

  // The machine stays on, and shows its screen.
  await guest.console.expect("reboot: System halted");
});

bootTest("counts down from what panic= says", async () => {
  const console = await failingBoot(
    "root=LABEL=none earlyboot.timeout=1 earlyboot.onfailure=reboot panic=5",
  );

  const counted = [...console.matchAll(/Rebooting in (\d+) s/g)].map(([, seconds]) => seconds);
  expect(counted).toEqual(["5", "4", "3", "2", "1"]);
  expect(console).toContain("reboot: Restarting system");
});

for (const [action, line] of [
  ["poweroff", "reboot: Power down"],
  ["reboot", "reboot: Restarting system"],
  ["panic", "Kernel panic - not syncing"],
] as const) {
  bootTest(`ends a boot that failed by earlyboot.onfailure=${action}`, async () => {
    const words = `root=LABEL=none earlyboot.timeout=1 earlyboot.onfailure=${action}`;

    expect(await failingBoot(words)).toContain(line);
  });
}
