import { expect, it } from "@jest/globals";
import { planBoot, readRootFiles } from "@earlyboot/initrd-init";
import { elfFile, simulateLinux } from "@earlyboot/linux-syscalls/testing";
import { plainMachine, rootFiles } from "./support/simulated-boot.ts";

/** A machine that runs from its root already. */
const running = simulateLinux({
  ...plainMachine,
  start: "mounted",
  commandLine: "root=LABEL=root",
  files: rootFiles,
});

it("says which init would run, by which steps, and does none of them", async () => {
  const plan = await planBoot(running, { version: 1 });

  expect(plan.outcome).toEqual({ kind: "real-init", path: "/sbin/init", arguments: [] });
  expect(plan.steps).toContain("mount /dev/vda /root ext4 1");
  expect(plan.stages.map(({ name }) => name)).toContain("switch");
  expect(plan.assumptions.join()).toContain("/dev/vda is not mounted");
  expect(running.calls).toEqual([]);
});

it("says why a boot would fail, with the screen that it would show", async () => {
  const plan = await planBoot(
    running,
    { version: 1 },
    { commandLine: "root=LABEL=rot rootwait=1" },
  );

  expect(plan.outcome).toMatchObject({ kind: "failed" });
  expect(plan.outcome).toHaveProperty(
    "screen",
    expect.stringContaining("LABEL=rot is not there; LABEL=root is, on /dev/vda"),
  );
});

it("says that hooks are not run", async () => {
  const plan = await planBoot(running, { version: 1, hooks: "/lib/earlyboot/hooks.mjs" });

  expect(plan.assumptions).toContain(
    "the hooks in /lib/earlyboot/hooks.mjs are not run: they change nothing",
  );
});

it("says that a boot without a root would fail", async () => {
  const plan = await planBoot(running, { version: 1 }, { commandLine: "quiet" });

  expect(plan.outcome).toMatchObject({ kind: "failed" });
});

it("says that a boot program would run", async () => {
  const plan = await planBoot(
    running,
    { version: 1 },
    { commandLine: "root=LABEL=root earlyboot.load=/boot.mjs" },
  );

  expect(plan.outcome).toEqual({ kind: "boot-program", path: "/boot.mjs" });
});

it("says that the machine would restart when a checker asks for it", async () => {
  const plan = await planBoot(
    running,
    { version: 1 },
    {
      commandLine: "root=LABEL=root fsck.mode=force",
      image: {
        "/init": { kind: "file", program: {} },
        "/sbin/e2fsck": { kind: "file", program: { status: 2 } },
      },
    },
  );

  expect(plan.outcome).toEqual({ kind: "reboot" });
});

it("ends where the failure policy would wait for ever", async () => {
  const plan = await planBoot(
    running,
    { version: 1 },
    { commandLine: "root=LABEL=rot rootwait=1 panic=0" },
  );

  expect(plan.outcome).toMatchObject({ kind: "failed" });
});

it("hands the words after -- to the init that the command line names", async () => {
  const plan = await planBoot(
    running,
    { version: 1 },
    { commandLine: "root=LABEL=root init=/sbin/other -- one two" },
  );

  expect(plan.outcome).toEqual({
    kind: "real-init",
    path: "/sbin/other",
    arguments: ["one", "two"],
  });
});

it("says that a check is taken to pass", async () => {
  const plan = await planBoot(
    running,
    { version: 1 },
    { commandLine: "root=LABEL=root fsck.mode=force" },
  );

  expect(plan.assumptions).toContain(
    "no checker is run: that of ext4 on /dev/vda is taken to pass",
  );
});

it("looks in a root for its init, where links lead, and for the interpreters", () => {
  const linux = simulateLinux({
    files: {
      "/mnt/sbin/init": { kind: "link", target: "/lib/init" },
      "/mnt/lib/init": { kind: "file", content: "#!/bin/sh\n", mode: 0o755 },
      "/mnt/bin/sh": { kind: "file", content: elfFile(), mode: 0o700 },
      "/mnt/bin/other": "",
    },
  });

  expect(readRootFiles(linux, "/mnt")).toMatchObject({
    "/sbin/init": { kind: "link", target: "/lib/init" },
    "/lib/init": { kind: "file", mode: 0o755 },
    "/bin/sh": { kind: "file", mode: 0o700 },
  });
});
