import { writeFileSync } from "node:fs";
import { expect } from "@jest/globals";
import { makeScratchRoot, scratchInit } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { testImage } from "../support/test-image.ts";

async function load(words: string, files: Readonly<Record<string, string>>) {
  const root = scratchFile("root");
  await makeScratchRoot({ file: root, files });
  return bootGuest({
    disks: [{ file: root }],
    commandLine: `root=LABEL=earlyboot-root ${words}`,
  });
}

/** A boot program that says who runs it, and runs on. */
const module =
  "console.log(`loaded by ${process.pid} ${import.meta.url}`); await new Promise(() => setInterval(() => {}, 1000));";

for (const [parameter, file, text] of [
  ["--load", "/boot.mjs", module],
  ["gnu.load", "/boot.js", module],
  [
    "--load",
    "/boot.cjs",
    "console.log(`loaded by ${process.pid} ${__filename}`); setInterval(() => {}, 1000); module.exports = new Promise(() => {});",
  ],
] as const) {
  bootTest(`loads a boot program of the new root by ${parameter}=${file}`, async () => {
    const guest = await load(`${parameter}=${file}`, { [file]: text });

    const [line] = await guest.console.expect(/loaded by \d+ .*\n/);

    expect(line).toMatch(/^loaded by 1 (file:\/\/)?\/boot\./);
  });
}

bootTest(
  "lets a boot program import earlyboot's packages, loaded by earlyboot.load=",
  async () => {
    const root = scratchFile("root");
    const program = `
      import { findLongOption } from "@earlyboot/cmdline";
      import { openLinux } from "@earlyboot/linux-syscalls-ffi";
      import { newRootAddon } from "@earlyboot/initrd-init";
      const linux = openLinux({ addon: newRootAddon });
      console.log("imported", findLongOption("a", ["a=b"]), linux.getpid(), linux.statfs("/").type);
    `;
    await makeScratchRoot({ file: root, files: { "/boot/program.mjs": program } });

    const guest = await bootGuest({
      image: await testImage({ configuration: { runtimeInNewRoot: true } }),
      disks: [{ file: root }],
      commandLine: "root=LABEL=earlyboot-root earlyboot.load=/boot/program.mjs",
    });

    await guest.console.expect("imported b 1 61267");
  },
  { node: "runtimeInNewRoot is refused for other hosts" },
);

bootTest("executes a boot program that is no module", async () => {
  const guest = await load("earlyboot.load=/boot", { "/boot": scratchInit });

  expect((await guest.reachedInit()).pid).toBe(1);
});

bootTest("reboots after a boot program that returns", async () => {
  const guest = await load("--load=/boot.mjs", { "/boot.mjs": 'console.log("at work");' });

  await guest.console.expect("at work");
  await guest.console.expect("boot program terminated, rebooting");

  expect(await guest.ended()).toContain("reboot: Restarting system");
});

for (const [what, program, words] of [
  ["throws", 'throw new Error("not today");', "not today"],
  ["ends the process", "process.exit(3);", "process.exit(3) was called"],
  ["waits for what never comes", "await new Promise(() => {});", "nothing left to wait for"],
  [
    "throws where nobody catches it",
    'setTimeout(() => { throw new Error("too late"); }, 10); await new Promise(() => {});',
    "too late",
  ],
] as const) {
  bootTest(`shows the failure of a boot program that ${what}`, async () => {
    const guest = await load("--load=/boot.mjs", { "/boot.mjs": program });

    const console = await guest.ended();

    expect(console).toContain("run the boot program /boot.mjs");
    expect(console).toContain(words);
    expect(console).toContain("reboot: Power down");
  });
}

bootTest("shows the failure of a hook that ends the process", async () => {
  const root = scratchFile("root");
  await makeScratchRoot({ file: root });
  const hooks = scratchFile("hooks.mjs");
  writeFileSync(hooks, "export const before = { mount: () => process.exit(4) };");

  const guest = await bootGuest({
    image: await testImage({
      configuration: { hooks: "/lib/earlyboot/hooks.mjs" },
      files: [{ file: hooks, path: "/lib/earlyboot/hooks.mjs" }],
    }),
    disks: [{ file: root }],
    commandLine: "root=LABEL=earlyboot-root",
    planCannotKnow: "what a hook does: it is somebody's program, and is not run",
  });
  const console = await guest.ended();

  expect(console).toContain("mount the root file system");
  expect(console).toContain("process.exit(4) was called");
  expect(console).not.toContain("mounted /dev/vda");
});
