import { expect, it } from "@jest/globals";
import { askedOfMachine, planBoot, readRootFiles } from "@earlyboot/initrd-init";
import { elfFile, simulateLinux } from "@earlyboot/linux-syscalls/testing";
import { fileSystem, toSpec } from "@earlyboot/mount-spec";
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

it.each([
  [{}, "is taken to pass"],
  [{ status: 1 }, "is taken to say errors-corrected"],
])("says what a checker that would do %j is taken to answer", async (program, words) => {
  const plan = await planBoot(
    running,
    { version: 1 },
    {
      commandLine: "root=LABEL=root fsck.mode=force",
      image: {
        "/init": { kind: "file", program: {} },
        "/sbin/e2fsck": { kind: "file", program },
      },
    },
  );

  expect(plan.assumptions).toContain(`no checker is run: that of ext4 on /dev/vda ${words}`);
});

it.each([
  ["the image has no checker", "fsck.mode=force"],
  ["no check is wanted", "fsck.mode=skip"],
])("takes nothing for granted of a check where %s", async (_, words) => {
  const plan = await planBoot(running, { version: 1 }, { commandLine: `root=LABEL=root ${words}` });

  expect(plan.assumptions.join()).not.toContain("checker");
});

it.each([
  ["9p:share", "the 9p share share is taken for a root with an init"],
  ["nfs:10.0.2.2:/root", "the nfs share 10.0.2.2:/root is taken for a root with an init"],
])("takes the share of root=%s for granted, and says so", async (root, words) => {
  const plan = await planBoot(running, { version: 1 }, { commandLine: `root=${root}` });

  expect(plan.outcome).toMatchObject({ kind: "real-init" });
  expect(plan.assumptions).toContain(words);
});

it("looks for what is bound, and for what is declared, by its name on each disk", () => {
  const asked = askedOfMachine(
    {
      version: 1,
      fileSystems: [
        toSpec(fileSystem({ device: { label: "data" }, mountPoint: "/data", type: "ext4" })),
        toSpec(
          fileSystem({
            device: { path: "/data/shared" },
            mountPoint: "/mnt",
            type: "none",
            flags: ["bind-mount"],
          }),
        ),
      ],
    },
    "root=LABEL=root init=/data/bin/init",
  );

  expect(asked.programs).toEqual(["/data/bin/init", "/bin/init"]);
  expect(asked.directories).toEqual(["/data", "/mnt", "/data/shared", "/shared"]);
  expect(asked.types).toEqual(["ext4"]);
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
