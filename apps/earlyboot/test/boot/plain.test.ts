import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";

bootTest("boots from a label among several disks into an init with nothing left over", async () => {
  const root = scratchFile("root");
  const other = scratchFile("other");
  await makeScratchRoot({ file: root, label: "system" });
  await makeScratchRoot({ file: other, label: "other" });

  const guest = await bootGuest({
    disks: [{ file: other }, { file: root }],
    commandLine: "root=LABEL=system fsck.mode=force -- one two",
  });
  const facts = await guest.reachedInit();

  expect(facts.pid).toBe(1);
  expect(facts.arguments).toEqual(["one", "two"]);
  expect(new Set(facts.environment.map((variable) => variable.split("=")[0]))).toEqual(
    new Set(["HOME", "PATH", "TERM"]),
  );
  expect(facts.descriptors).toEqual(["0", "1", "2"].map((number) => `${number} -> /dev/console`));
  expect(facts.mounts.find((line) => line.split(" ")[1] === "/")).toMatch(/^\/dev\/vdb \/ ext4 ro/);
  expect(facts.report).toMatchObject({ version: 1, outcome: "handed-over" });
  expect(facts.report?.checks).toMatchObject([
    { device: "/dev/vdb", type: "ext4", outcome: "pass" },
  ]);
});

bootTest("starts the real init with no signal blocked or ignored", async () => {
  const root = scratchFile("root");
  await makeScratchRoot({ file: root });

  // A shell would ignore some signals itself.
  const guest = await bootGuest({
    disks: [{ file: root }],
    commandLine: "root=LABEL=earlyboot-root init=/bin/busybox -- cat /proc/self/status",
  });
  const console = await guest.ended();

  expect(console).toMatch(/^SigBlk:\s0{16}$/m);
  expect(console).toMatch(/^SigIgn:\s0{16}$/m);
});
