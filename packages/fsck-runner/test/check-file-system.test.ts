import { describe, expect, it } from "@jest/globals";
import { MountFlag, Signal, type SpawnRequest } from "@earlyboot/linux-syscalls";
import {
  type Program,
  type SimulatedLinux,
  simulateLinux,
  type SimulationOptions,
} from "@earlyboot/linux-syscalls/testing";
import { checkFileSystem, type CheckProgress } from "@earlyboot/fsck-runner";

const device = "/dev/vda";

/** A machine with an ext4 on `/dev/vda`, and these programs. */
function startMachine(
  programs: Readonly<Record<string, Program>> = {},
  options: SimulationOptions = {},
): SimulatedLinux {
  return simulateLinux({
    devices: [{ name: "vda", fileSystem: { type: "ext4" } }],
    ...options,
    programs,
  });
}

/** What was run, as command lines. */
function commandsOf(linux: SimulatedLinux): readonly string[] {
  return linux.calls.filter((call) => call.startsWith("spawn"));
}

it("runs the checker of the type in its automatic mode", async () => {
  const seen: string[][] = [];
  const linux = startMachine({
    "/sbin/e2fsck": ({ argv, environment, writeOutput }) => {
      seen.push([...argv], Object.keys(environment));
      writeOutput("/dev/vda: clean, 11/8192 files\n");
    },
  });

  expect(await checkFileSystem(linux, device, "ext4")).toEqual({
    device,
    type: "ext4",
    outcome: "pass",
    all: ["pass"],
    status: 0,
    program: "e2fsck",
    arguments: ["-v", "-C", "3", "-p", device],
    output: "/dev/vda: clean, 11/8192 files\n",
    errorOutput: "",
    message: "/dev/vda (ext4) has no errors",
  });
  expect(seen).toEqual([
    ["e2fsck", "-v", "-C", "3", "-p", device],
    ["PATH", "LC_ALL", "EXT2FS_NO_MTAB_OK"],
  ]);
});

it.each([
  [{}, "-v -C 3 -p"],
  [{ mode: "auto" }, "-v -C 3 -p"],
  [{ mode: "force" }, "-f -v -C 3 -p"],
  [{ force: true }, "-f -v -C 3 -p"],
  [{ repair: "preen" }, "-v -C 3 -p"],
  [{ repair: "yes" }, "-v -C 3 -y"],
  [{ repair: true }, "-v -C 3 -y"],
  [{ repair: "no" }, "-v -C 3 -n"],
  [{ repair: false, force: true }, "-f -v -C 3 -n"],
] as const)("asked for %j, runs e2fsck with %s", async (options, words) => {
  const linux = startMachine({ "/sbin/e2fsck": {} });
  const result = await checkFileSystem(linux, device, "ext4", options);

  expect(result).toMatchObject({ outcome: "pass", arguments: [...words.split(" "), device] });
});

it("puts the argument that forces after a subcommand", async () => {
  const linux = startMachine({ "/sbin/btrfs": {}, "/sbin/bcachefs": {} });

  expect(await checkFileSystem(linux, device, "btrfs", { force: true })).toMatchObject({
    arguments: ["check", "--progress", "--readonly", "--mode", "lowmem", device],
  });
  expect(await checkFileSystem(linux, "/dev/vda:/dev/vda", "bcachefs")).toMatchObject({
    arguments: ["fsck", "-v", "-p", device, device],
  });
});

it("does not force jfs_fsck when nothing may be written, for it would write", async () => {
  const linux = startMachine({ "/sbin/jfs_fsck": {} });

  expect(await checkFileSystem(linux, device, "jfs", { force: true })).toMatchObject({
    arguments: ["-f", "-v", "-p", device],
  });
  expect(await checkFileSystem(linux, device, "jfs", { force: true, repair: "no" })).toMatchObject({
    arguments: ["-v", "-n", device],
  });
});

it.each([
  [0, "pass", "/dev/vda (ext4) has no errors"],
  [1, "errors-corrected", "/dev/vda (ext4) had errors, which were corrected"],
  [
    2,
    "reboot-required",
    "/dev/vda (ext4) had errors, which were corrected; the machine must be rebooted (e2fsck, status 2), which said: first second",
  ],
  [
    4,
    "errors-left",
    "/dev/vda (ext4) has errors that were not corrected (e2fsck, status 4), which said: first second",
  ],
  [
    8,
    "operational-error",
    "/dev/vda (ext4) could not be checked (e2fsck, status 8), which said: first second",
  ],
  [
    16,
    "usage-error",
    "/dev/vda (ext4) was not checked: the checker does not take its arguments (e2fsck, status 16), which said: first second",
  ],
  [
    32,
    "cancelled",
    "/dev/vda (ext4) was not checked to the end: the check was cancelled (e2fsck, status 32), which said: first second",
  ],
  [
    128,
    "library-error",
    "/dev/vda (ext4) was not checked: the checker lacks a shared library (e2fsck, status 128), which said: first second",
  ],
  [
    127,
    "library-error",
    "/dev/vda (ext4) was not checked: the checker lacks a shared library (e2fsck, status 127), which said: first second",
  ],
  [
    255,
    "operational-error",
    "/dev/vda (ext4) could not be checked (e2fsck, status 255), which said: first second",
  ],
])("tells what status %i means: %s", async (status, outcome, message) => {
  const linux = startMachine({
    "/sbin/e2fsck": { status, output: "e2fsck 1.47\n first\n\n\tsecond\n" },
  });

  expect(await checkFileSystem(linux, device, "ext4")).toMatchObject({ outcome, status, message });
});

it("tells the last words of standard error before those of standard output", async () => {
  const errorOutput = "e2fsck 1.47.0 (5-Feb-2023)\nbad magic number\n";
  const output = "more advice\n";
  const linux = startMachine({ "/sbin/e2fsck": { status: 8, output, errorOutput } });

  expect(await checkFileSystem(linux, device, "ext4")).toMatchObject({
    errorOutput,
    output: output + errorOutput,
    message:
      "/dev/vda (ext4) could not be checked (e2fsck, status 8), which said: bad magic number",
  });
});

it("tells which signal ended the checker", async () => {
  const linux = startMachine({ "/sbin/e2fsck": { signal: Signal.Kill } });

  expect(await checkFileSystem(linux, device, "ext4")).toMatchObject({
    outcome: "killed",
    signal: 9,
    program: "e2fsck",
    message: "/dev/vda (ext4) could not be checked: signal 9 (SIGKILL) ended e2fsck",
  });
});

it("tells which program is missing", async () => {
  expect(await checkFileSystem(startMachine(), device, "ext4")).toEqual({
    device,
    type: "ext4",
    outcome: "no-checker",
    program: "e2fsck",
    message: "/dev/vda (ext4) was not checked: there is no e2fsck here",
  });
});

it("looks for the program where it is told to, in order", async () => {
  const linux = startMachine({ "/sbin/e2fsck": {}, "/opt/e2fsck": {} });

  await checkFileSystem(linux, device, "ext4", { directories: ["/nowhere", "/opt", "/sbin"] });

  expect(commandsOf(linux)).toEqual([expect.stringContaining("/opt/e2fsck")]);
});

it("passes on what the program prints, as it comes, and keeps its end", async () => {
  const texts: string[] = [];
  const long = "x".repeat(20_000);
  const linux = startMachine({
    "/sbin/e2fsck": ({ writeOutput, writeError }) => {
      writeOutput(new Uint8Array([0xc3]));
      writeError("warning\n");
      writeOutput(new Uint8Array([0xa4]));
      writeOutput(long);
      writeOutput("end\n");
    },
  });

  const result = await checkFileSystem(linux, device, "ext4", {
    onOutput: (text) => texts.push(text),
  });

  expect(texts.join("")).toBe(`warning\nä${long}end\n`);
  expect(result).toMatchObject({ output: expect.stringMatching(/^x+end\n$/) });
  expect("output" in result && result.output.length).toBe(16_384);
});

it("reads e2fsck's progress, in pieces of any size, as one percentage that never falls", async () => {
  const linux = startMachine({
    "/sbin/e2fsck": ({ writeProgress }) => {
      for (const piece of [
        "1 0 ",
        "4 /dev/vda\n1 2 4 /d",
        "ev/vda\n2 1 2 /dev/vda\n",
        "junk\n9 1 1 x\n1 0 4 x\n3 0 0 x\n5 8 8 x\n",
      ]) {
        writeProgress(piece);
      }
    },
  });
  const seen: CheckProgress[] = [];

  await checkFileSystem(linux, device, "ext4", { onProgress: (progress) => seen.push(progress) });

  expect(seen.map(({ pass, percent }) => [pass, percent])).toEqual([
    [1, 0],
    [1, 35],
    [2, 80],
    [1, 80],
    [5, 100],
  ]);
  expect(seen[0]?.device).toBe(device);
});

describe("does not run a checker", () => {
  const programs = { "/sbin/e2fsck": {}, "/sbin/xfs_repair": {}, "/sbin/btrfs": {} };

  it.each([
    ["when none is wanted", "ext4", { mode: "skip" }, "not-wanted", "no check is wanted"],
    [
      "when none is wanted, though forced",
      "ext4",
      { mode: "skip", force: true },
      "not-wanted",
      "no check is wanted",
    ],
    [
      "of what is clean and need not be checked then",
      "ext4",
      { clean: true, skipIfClean: true },
      "clean",
      "its superblock says that it is clean",
    ],
    [
      "on demand only, for xfs",
      "xfs",
      {},
      "only-on-demand",
      "the kernel keeps such a file system whole; it is checked on demand only",
    ],
    [
      "on demand only, for btrfs",
      "btrfs",
      {},
      "only-on-demand",
      "the kernel keeps such a file system whole; it is checked on demand only",
    ],
    [
      "of a type that has none",
      "iso9660",
      { force: true },
      "no-check-needed",
      "file systems of this type are not checked",
    ],
  ] as const)("%s", async (_, type, options, reason, words) => {
    const linux = startMachine(programs);
    const result = await checkFileSystem(linux, device, type, options);

    expect(result).toEqual({
      device,
      type,
      outcome: "skipped",
      reason,
      message: `/dev/vda (${type}) was not checked: ${words}`,
    });
    expect(commandsOf(linux)).toEqual([]);
  });

  it.each([
    ["it is clean, but is to be checked", { clean: true }],
    ["it is clean, but the check is demanded", { clean: true, skipIfClean: true, force: true }],
    ["nobody knows whether it is clean", { skipIfClean: true }],
    ["it is not clean", { clean: false, skipIfClean: true }],
  ])("unless %s", async (_, options) => {
    expect(await checkFileSystem(startMachine(programs), device, "ext4", options)).toMatchObject({
      outcome: "pass",
    });
  });

  it("of what is not on a device at all", async () => {
    expect(await checkFileSystem(startMachine(), "10.0.2.2:/srv", "nfs")).toMatchObject({
      reason: "no-check-needed",
    });
  });

  it("on a device that is mounted, even by another name of it", async () => {
    const linux = startMachine(programs);
    linux.mknod("/dev/other", 0o060600, linux.stat(device).rdev);
    linux.mount({ source: "/dev/other", target: "/tmp", type: "ext4", flags: MountFlag.ReadOnly });

    expect(
      await checkFileSystem(linux, device, "ext4", { force: true, repair: "yes" }),
    ).toMatchObject({
      outcome: "skipped",
      reason: "mounted",
      message: "/dev/vda (ext4) was not checked: it is mounted",
    });
    expect(commandsOf(linux)).toEqual([]);
  });

  it("on a device that shows another number when mounted, as btrfs does", async () => {
    const mountinfo = "30 1 0:41 / /data rw - btrfs /dev/vda rw\n";
    const machine = startMachine(programs);
    const linux = {
      ...machine,
      readText: (path: string) =>
        path === "/proc/self/mountinfo" ? mountinfo : machine.readText(path),
    };

    expect(await checkFileSystem(linux, device, "btrfs", { force: true })).toMatchObject({
      reason: "mounted",
    });
  });

  it("on a device that the kernel says is in use", async () => {
    const linux = startMachine(programs, {
      failures: [{ call: "open", path: device, error: "EBUSY" }],
    });

    expect(await checkFileSystem(linux, device, "ext4")).toMatchObject({ reason: "in-use" });
    expect(commandsOf(linux)).toEqual([]);
  });

  it("on a device that is read-only", async () => {
    const devices = [{ name: "vda", readOnly: true, fileSystem: { type: "ext4" } }];

    expect(
      await checkFileSystem(startMachine(programs, { devices }), device, "ext4"),
    ).toMatchObject({
      reason: "read-only",
    });
  });

  it("when one member of many is in use", async () => {
    const devices = ["vda", "vdb"].map((name) => ({ name, fileSystem: { type: "bcachefs" } }));
    const linux = startMachine({ "/sbin/bcachefs": {} }, { devices });
    linux.mount({ source: "/dev/vdb", target: "/tmp", type: "bcachefs" });

    expect(await checkFileSystem(linux, "/dev/vda:/dev/vdb", "bcachefs")).toMatchObject({
      reason: "mounted",
    });
  });
});

describe("runs nothing on a mounted device", () => {
  const prepare = (failures: SimulationOptions["failures"] = []): SimulatedLinux => {
    const linux = startMachine({ "/sbin/e2fsck": {} }, { failures });
    linux.mount({ source: device, target: "/tmp", type: "ext4" });
    return linux;
  };
  const plain = prepare();
  const calls = [plain.trace.length, plain.trace.length + 1];

  it.each(calls)("even when call %i fails", async (index) => {
    const linux = prepare([{ index, error: "EIO" }]);

    await expect(checkFileSystem(linux, device, "ext4", { force: true })).rejects.toThrow("EIO");
    expect(commandsOf(linux)).toEqual([]);
  });

  it("even when the node of its source cannot be looked at", async () => {
    const mountinfo = "30 1 0:41 / /data rw - btrfs /dev/other rw\n";
    const machine = startMachine(
      { "/sbin/btrfs": {} },
      {
        failures: [{ call: "stat", path: "/dev/other", error: "EIO" }],
      },
    );
    const linux = {
      ...machine,
      readText: (path: string) =>
        path === "/proc/self/mountinfo" ? mountinfo : machine.readText(path),
    };

    await expect(checkFileSystem(linux, device, "btrfs", { force: true })).rejects.toThrow("EIO");
    expect(commandsOf(machine)).toEqual([]);
  });
});

describe("throws", () => {
  it.each([
    ["a missing device", {}, "ENOENT: no such file or directory, stat '/dev/vdb'", "/dev/vdb"],
    [
      "mounts that cannot be read",
      { failures: [{ call: "readText", path: "/proc/self/mountinfo", error: "EIO" }] },
      "EIO: input/output error, open '/proc/self/mountinfo'",
      device,
    ],
    ["a relative name", {}, "vda is not an absolute path", "vda"],
  ] as const)("for %s", async (_, options, message, name) => {
    const linux = startMachine({ "/sbin/e2fsck": {} }, options);

    await expect(checkFileSystem(linux, name, "ext4")).rejects.toThrow(message);
    expect(commandsOf(linux)).toEqual([]);
  });

  it("what the kernel answers when the checker cannot be started", async () => {
    const failures = [{ call: "spawn", error: "ENOEXEC" }] as const;
    const linux = startMachine({ "/sbin/e2fsck": {} }, { failures });

    await expect(checkFileSystem(linux, device, "ext4")).rejects.toThrow("ENOEXEC");
  });

  it("the reason of a signal that has aborted already, and runs nothing", async () => {
    const linux = startMachine({ "/sbin/e2fsck": {} });
    const signal = AbortSignal.abort(new Error("not now"));

    await expect(checkFileSystem(linux, device, "ext4", { signal })).rejects.toThrow("not now");
    expect(commandsOf(linux)).toEqual([]);
  });
});

describe("asks a running checker to stop", () => {
  it("when the signal aborts", async () => {
    const controller = new AbortController();
    const linux = startMachine({
      "/sbin/e2fsck": async ({ sleep }) => {
        await sleep(50);
        controller.abort();
        await sleep(1000);
      },
    });

    expect(
      await checkFileSystem(linux, device, "ext4", { signal: controller.signal }),
    ).toMatchObject({ outcome: "killed", signal: Signal.Interrupt });
  });

  it("when the signal aborts while it is being started", async () => {
    const controller = new AbortController();
    const machine = startMachine({ "/sbin/e2fsck": { takes: Infinity } });
    const linux = {
      ...machine,
      spawn: async (request: SpawnRequest) => {
        const child = await machine.spawn(request);
        controller.abort();
        return child;
      },
    };

    expect(
      await checkFileSystem(linux, device, "ext4", { signal: controller.signal }),
    ).toMatchObject({ outcome: "killed", signal: Signal.Interrupt });
  });

  it("when the time is over", async () => {
    const linux = startMachine({ "/sbin/e2fsck": { takes: Infinity } });

    expect(await checkFileSystem(linux, device, "ext4", { timeout: 5000 })).toMatchObject({
      outcome: "killed",
      signal: Signal.Interrupt,
    });
    expect(linux.now()).toBeGreaterThanOrEqual(6000);
  });
});

describe("of xfs, on demand,", () => {
  const devices = [{ name: "vda", fileSystem: { type: "xfs" } }];
  const alert = `zero_log: head block 983 tail block 2
ALERT: The filesystem has valuable metadata changes in a log which is being
ignored because the -n option was used.  Expect spurious inconsistencies
which may be resolved by first mounting the filesystem to replay the log.
`;

  /** An xfs_repair that finds fault with a log until that was replayed, and says much besides. */
  const repairUntilReplayed = (status: number, chatter = ""): Program => {
    let runs = 0;
    return ({ writeError }) => {
      runs += 1;
      if (runs > 1) return 0;
      writeError(alert);
      writeError(chatter);
      return status;
    };
  };
  const changing = (linux: SimulatedLinux) =>
    linux.calls.map((call) => call.split(" ").slice(0, 3).join(" "));

  it("writes nothing where the log needs no replay", async () => {
    const linux = startMachine({ "/sbin/xfs_repair": {} }, { devices });

    await checkFileSystem(linux, device, "xfs", { force: true });

    expect(changing(linux)).toEqual(["spawn /sbin/xfs_repair -P"]);
  });

  it("lets the kernel replay a log, read-only, and looks again, when everything may be repaired", async () => {
    const linux = startMachine({ "/sbin/xfs_repair": repairUntilReplayed(2) }, { devices });

    const result = await checkFileSystem(linux, device, "xfs", { force: true, repair: "yes" });

    expect(result).toMatchObject({ outcome: "pass", output: "", arguments: ["-P", "-e", device] });
    expect(changing(linux)).toEqual([
      "spawn /sbin/xfs_repair -P",
      "mkdir /run/earlyboot-replay 0700",
      "mount /dev/vda /run/earlyboot-replay",
      "umount2 /run/earlyboot-replay 0",
      "rmdir /run/earlyboot-replay",
      "spawn /sbin/xfs_repair -P",
    ]);
    const { ReadOnly, NoSuid, NoDev, NoExec } = MountFlag;
    expect(linux.calls.find((call) => call.startsWith("mount "))).toBe(
      `mount /dev/vda /run/earlyboot-replay xfs ${ReadOnly | NoSuid | NoDev | NoExec}`,
    );
  });

  it.each([
    ["preen", ""],
    ["no", ""],
    ["preen", "would have junked an entry\n".repeat(10_000)],
  ] as const)("replays no log otherwise, and takes it for no damage: %s", async (repair, more) => {
    const linux = startMachine({ "/sbin/xfs_repair": repairUntilReplayed(1, more) }, { devices });

    expect(await checkFileSystem(linux, device, "xfs", { force: true, repair })).toEqual({
      device,
      type: "xfs",
      outcome: "skipped",
      reason: "log-not-replayed",
      message:
        "/dev/vda (xfs) was not checked: its log is to be replayed first: its mount does that, or a check with fsck.repair=yes",
    });
    expect(changing(linux)).toEqual(["spawn /sbin/xfs_repair -P"]);
  });

  it("tells what the checker found where the log cannot be replayed", async () => {
    const broken = [{ name: "vda", fileSystem: { type: "xfs", failure: "EUCLEAN" } }];
    const programs = { "/sbin/xfs_repair": repairUntilReplayed(2, "bad magic in inode 128\n") };
    const linux = startMachine(programs, { devices: broken });

    expect(
      await checkFileSystem(linux, device, "xfs", { force: true, repair: "yes" }),
    ).toMatchObject({
      outcome: "errors-left",
      message: expect.stringContaining("bad magic in inode 128"),
    });
  });

  it("does not check again what could not be unmounted", async () => {
    const failures = [{ call: "umount2", error: "EBUSY" }] as const;
    const programs = { "/sbin/xfs_repair": repairUntilReplayed(2) };
    const linux = startMachine(programs, { devices, failures });

    await expect(
      checkFileSystem(linux, device, "xfs", { force: true, repair: "yes" }),
    ).rejects.toThrow("EBUSY");
    expect(commandsOf(linux)).toHaveLength(1);
  });
});

it("tells what xfs_repair found, not which passes it made", async () => {
  const errorOutput = `Phase 1 - find and verify superblock...
        - agno = 3
sb_fdblocks 75776, counted 55302
        - moving disconnected inodes to lost+found ...
Phase 7 - verify link counts...
No modify flag set, skipping filesystem flush and exiting.
`;
  const linux = startMachine({ "/sbin/xfs_repair": { status: 1, errorOutput } });

  expect(await checkFileSystem(linux, device, "xfs", { force: true })).toMatchObject({
    message:
      "/dev/vda (xfs) has errors that were not corrected (xfs_repair, status 1), which said: sb_fdblocks 75776, counted 55302",
  });
});

it("escapes what a program could send to the console by the message", async () => {
  const linux = startMachine({ "/sbin/e2fsck": { status: 4, output: "\u001b[2Jbad\n" } });

  expect((await checkFileSystem(linux, device, "ext4")).message).toContain(String.raw`\x1b[2Jbad`);
});
