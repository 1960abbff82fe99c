import { expect, it } from "@jest/globals";
import { planBoot } from "@earlyboot/initrd-init";
import { simulateLinux } from "@earlyboot/linux-syscalls/testing";
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
