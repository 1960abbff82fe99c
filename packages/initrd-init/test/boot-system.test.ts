import { describe, expect, it } from "@jest/globals";
import { type FileSystem, fileSystem, toSpec } from "@earlyboot/mount-spec";
import { type BootUi, type Hooks, mountEssentialFileSystems } from "@earlyboot/initrd-init";
import { RebootCommand, Signal, type SpawnRequest, SyscallError } from "@earlyboot/linux-syscalls";
import { type SimulatedLinux, moduleImage, simulateLinux } from "@earlyboot/linux-syscalls/testing";
import { imageFiles, plainMachine, rootFiles, simulateBoot } from "./support/simulated-boot.ts";

const mountsOf = (calls: readonly string[]) => calls.filter((call) => call.startsWith("mount "));

describe("a plain boot", () => {
  it("mounts what is essential, then the root, moves, switches and becomes the init", async () => {
    const { linux, ending, report } = await simulateBoot();

    expect(ending).toMatchObject({
      kind: "execve",
      path: "/sbin/init",
      argv: ["/sbin/init"],
      environment: { HOME: "/", TERM: "linux", PATH: "/sbin:/usr/sbin:/bin:/usr/bin" },
      workingDirectory: "/",
    });
    expect(linux.calls.filter((call) => /^(mount|chroot|execve) /.test(call))).toEqual([
      "mount proc /proc proc 14",
      "mount sysfs /sys sysfs 14",
      "mount devtmpfs /dev devtmpfs 2 mode=0755",
      "mount devpts /dev/pts devpts 10 gid=5,mode=0620,ptmxmode=000",
      "mount tmpfs /dev/shm tmpfs 6 mode=1777",
      "mount tmpfs /run tmpfs 6 mode=0755",
      "mount /dev/vda /root ext4 1",
      "mount /dev /root/dev - 8192",
      "mount /proc /root/proc - 8192",
      "mount /sys /root/sys - 8192",
      "mount /run /root/run - 8192",
      "mount . / - 8192",
      "chroot .",
      "execve /sbin/init /sbin/init",
    ]);
    expect(report).toMatchObject({ outcome: "handed-over", next: "/sbin/init", version: 1 });
    expect(report?.stages.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      "essential done",
      "settings done",
      "repl done",
      "modules done",
      "network done",
      "devices done",
      "check done",
      "mount done",
      "switch done",
      "hand-over running",
    ]);
  });

  it("mounts the root writable when rw comes last", async () => {
    const { linux } = await simulateBoot({ ...plainMachine, commandLine: "root=LABEL=root ro rw" });

    expect(linux.calls).toContain("mount /dev/vda /root ext4 0");
  });

  it("waits for a disk that appears late, without taking time", async () => {
    const [disk] = plainMachine.devices ?? [];
    const { ending, report } = await simulateBoot({
      ...plainMachine,
      devices: disk === undefined ? [] : [{ ...disk, appears: 60_000 }],
    });

    expect(ending).toMatchObject({ kind: "execve" });
    expect(report?.written).toBeGreaterThanOrEqual(60_000);
  });

  it("tries the types of rootfstype= in order", async () => {
    const { linux } = await simulateBoot({
      ...plainMachine,
      commandLine: "root=LABEL=root rootfstype=xfs,ext4 rootflags=noatime,data=ordered",
    });

    expect(mountsOf(linux.calls).filter((call) => call.includes("/root "))).toEqual([
      "mount /dev/vda /root xfs 1025 data=ordered = EINVAL",
      "mount /dev/vda /root ext4 1025 data=ordered",
    ]);
  });
});

describe("a root that is not there", () => {
  const machine = { ...plainMachine, commandLine: "root=LABEL=rot rootwait=5" };

  it("names the nearest one, what was asked for, and what to try; then reboots", async () => {
    const { console, ending, report } = await simulateBoot(machine);

    expect(console).toContain("LABEL=rot is not there; LABEL=root is, on /dev/vda");
    expect(console).toContain("root=LABEL=rot rootwait=5 (command line)");
    expect(console).toContain("What to try:");
    expect(ending).toEqual({ kind: "reboot", command: RebootCommand.Restart });
    expect(report).toMatchObject({ outcome: "failed" });
  });

  it.each([
    ["reboot", RebootCommand.Restart],
    ["poweroff", RebootCommand.PowerOff],
    ["halt", RebootCommand.Halt],
  ])("ends in a %s when that is asked for", async (word, command) => {
    const { ending } = await simulateBoot({
      ...machine,
      commandLine: `${machine.commandLine} earlyboot.onfailure=${word}`,
    });

    expect(ending).toEqual({ kind: "reboot", command });
  });

  it("ends PID 1 when a panic is asked for", async () => {
    const { panic, ending } = await simulateBoot({
      ...machine,
      commandLine: `${machine.commandLine} earlyboot.onfailure=panic panic=-1`,
    });

    expect(panic).toBe(1);
    expect(ending).toBeUndefined();
  });

  it("goes on where it stopped when the REPL is left", async () => {
    const { ending, replOpened, report } = await simulateBoot(
      machine,
      { version: 1 },
      {
        interactive: true,
        repl: [
          (linux) =>
            linux.addDevice({
              name: "vdz",
              fileSystem: { type: "ext4", label: "rot", files: rootFiles },
            }),
        ],
      },
    );

    expect(replOpened).toBe(1);
    expect(ending).toMatchObject({ kind: "execve", path: "/sbin/init" });
    expect(report?.stages.map(({ name, outcome }) => `${name} ${outcome}`)).toContain(
      "devices failed",
    );
  });

  it("takes a root that somebody mounted by hand in the REPL", async () => {
    const { ending, linux } = await simulateBoot(
      { ...plainMachine, commandLine: "root=LABEL=root rootfstype=xfs" },
      { version: 1 },
      {
        interactive: true,
        repl: [
          (machineLinux) =>
            machineLinux.mount({ source: "/dev/vda", target: "/root", type: "ext4" }),
        ],
      },
    );

    expect(ending).toMatchObject({ kind: "execve" });
    expect(linux.calls).toContain("mount /dev/vda /root ext4 0");
  });

  it("is told whole before the kernel's log says that the REPL is open", async () => {
    let pending = 900;
    let isTold = false;
    await simulateBoot(
      machine,
      { version: 1 },
      {
        interactive: true,
        repl: [(linux) => linux.reboot(RebootCommand.PowerOff)],
        replace: (linux) => ({
          ...linux,
          pendingOutput: () => {
            isTold = linux.kernelLog.some((record) => record.includes("the REPL is open"));
            return (pending = Math.max(0, pending - 100));
          },
        }),
      },
    );

    expect({ pending, isTold }).toEqual({ pending: 0, isTold: false });
  });

  it("lets a key stop the count-down and open the REPL", async () => {
    const { replOpened } = await simulateBoot(
      { ...machine, commandLine: `${machine.commandLine} panic=30` },
      { version: 1 },
      {
        interactive: true,
        key: "x",
        repl: [(linux) => linux.reboot(RebootCommand.PowerOff)],
      },
    );

    expect(replOpened).toBe(1);
  });
});

describe("lock-down", () => {
  const machine = { ...plainMachine, commandLine: "root=LABEL=none rootwait=1 earlyboot.repl" };

  it("opens no REPL when it is off, whatever is asked for or pressed", async () => {
    const { replOpened, ending } = await simulateBoot(
      { ...machine, commandLine: `${machine.commandLine} earlyboot.onfailure=repl` },
      { version: 1, repl: { access: "off" } },
      { interactive: true, key: "x" },
    );

    expect(replOpened).toBe(0);
    expect(ending).toEqual({ kind: "reboot", command: RebootCommand.Restart });
  });

  it("opens the REPL to whoever knows the password", async () => {
    const { replOpened } = await simulateBoot(
      plainMachine,
      { version: 1, repl: { access: "password", hash: "plain:sesame" } },
      { interactive: true, passwords: [] },
    );
    expect(replOpened).toBe(0);

    const asked = await simulateBoot(
      { ...plainMachine, commandLine: "root=LABEL=root earlyboot.repl" },
      { version: 1, repl: { access: "password", hash: "plain:sesame" } },
      { interactive: true, passwords: ["open", "sesame"], repl: [() => {}] },
    );
    expect(asked.replOpened).toBe(1);
  });

  it.each(["earlyboot.repl", "earlyboot.break=mount"])(
    "does not go on after three wrong passwords for %s, and does not ask again",
    async (word) => {
      const { replOpened, ending, console, linux } = await simulateBoot(
        { ...plainMachine, commandLine: `root=LABEL=root ${word}` },
        { version: 1, repl: { access: "password", hash: "plain:sesame" } },
        { interactive: true, key: "x", passwords: ["a", "b", "c", "sesame"] },
      );

      expect(replOpened).toBe(0);
      expect(console).toContain("the password was wrong three times");
      expect(mountsOf(linux.calls).join()).not.toContain("/root");
      expect(ending).toEqual({ kind: "reboot", command: RebootCommand.Restart });
    },
  );

  it("goes on where nobody types a password for a REPL that was asked for", async () => {
    const { ending } = await simulateBoot(
      { ...plainMachine, commandLine: "root=LABEL=root earlyboot.repl" },
      { version: 1, repl: { access: "password", hash: "plain:sesame" } },
      { interactive: true, passwords: [] },
    );

    expect(ending).toMatchObject({ kind: "execve" });
  });

  it("runs the policy after three wrong passwords", async () => {
    const { replOpened, ending } = await simulateBoot(
      { ...plainMachine, commandLine: "root=LABEL=none rootwait=1" },
      { version: 1, repl: { access: "password", hash: "plain:sesame" } },
      { interactive: true, key: "x", passwords: ["a", "b", "c", "sesame"] },
    );

    expect(replOpened).toBe(0);
    expect(ending).toEqual({ kind: "reboot", command: RebootCommand.Restart });
  });
});

describe("two devices that answer", () => {
  it("are both named, and neither is mounted", async () => {
    const { console, linux } = await simulateBoot({
      ...plainMachine,
      devices: [
        { name: "vda", fileSystem: { type: "ext4", label: "root", files: rootFiles } },
        { name: "vdb", fileSystem: { type: "ext4", label: "root", files: rootFiles } },
      ],
    });

    expect(console).toContain("/dev/vda");
    expect(console).toContain("/dev/vdb");
    expect(linux.calls.some((call) => call.includes("/dev/vd") && call.startsWith("mount"))).toBe(
      false,
    );
  });
});

const disk = { type: "ext4", label: "root", files: rootFiles } as const;

describe("a hibernated system", () => {
  it("is named, since nothing resumes it, and resuming it later would do damage", async () => {
    const header = new DataView(new ArrayBuffer(12));
    header.setUint32(0, 1, true);
    header.setUint32(4, 16_383, true);
    const { console, ending } = await simulateBoot({
      ...plainMachine,
      commandLine: "root=LABEL=root resume=/dev/vdb",
      devices: [
        {
          name: "vdb",
          content: [
            { offset: 1024, bytes: new Uint8Array(header.buffer) },
            { offset: 4086, bytes: new TextEncoder().encode("S1SUSPEND\0") },
          ],
        },
        { name: "vda", appears: 5000, fileSystem: disk },
      ],
    });

    expect(console).toContain("/dev/vdb holds a hibernated system, which is not resumed");
    expect(ending).toMatchObject({ kind: "execve" });
  });
});

describe("a disk that fails", () => {
  it("is named, when nobody can read it", async () => {
    const { console } = await simulateBoot({
      ...plainMachine,
      commandLine: "root=LABEL=root rootwait=5",
      devices: [{ name: "vda", failure: "EIO", fileSystem: disk }],
    });

    expect(console).toContain("- /dev/vda cannot be read: a cable, or a dying disk?");
  });

  it("is named, when it has gone since it was found", async () => {
    const { console } = await simulateBoot({
      ...plainMachine,
      commandLine: "root=LABEL=root fsck.mode=force",
      devices: [{ name: "vda", vanishes: 3000, fileSystem: disk }],
      programs: { "/sbin/e2fsck": { takes: 10_000 } },
    });

    expect(console).toContain("/dev/vda has gone since it was found");
  });

  it("is found by its new name when the boot goes on, and no other disk is taken for it", async () => {
    const { linux, ending } = await simulateBoot(
      {
        ...plainMachine,
        commandLine: "root=LABEL=root fsck.mode=force",
        devices: [
          { name: "vda", vanishes: 3000, fileSystem: disk },
          { name: "vdb", appears: 20_000, fileSystem: disk },
          { name: "vda", appears: 19_000, fileSystem: { ...disk, label: "other" } },
        ],
        programs: {
          "/sbin/e2fsck": { takes: 10_000 },
        },
      },
      { version: 1 },
      { interactive: true, repl: [(machine) => machine.sleep(30_000)] },
    );

    expect(ending).toMatchObject({ kind: "execve" });
    expect(linux.calls.filter((call) => call.startsWith("mount /dev/vd"))).toEqual([
      expect.stringContaining("ENOENT"),
      expect.stringMatching(/^mount \/dev\/vdb \/root/),
    ]);
  });
});

describe("hardware without a driver in the image", () => {
  const aliases = "alias serio:ty* serio_raw\nalias pci:v00001AF4d* virtio_pci\n";
  const hardware = ["serio:ty06pr00id00ex00", "pci:v00001AF4d00001042sv0sd0bc01sc00i00"].map(
    (modalias, place) => ({
      devpath: `/devices/platform/device${place}`,
      subsystem: "platform",
      properties: { MODALIAS: modalias },
      attributes: { modalias: () => modalias },
    }),
  );

  it("is named, what may lead to a disk first, and that alone is asked for", async () => {
    const { console } = await simulateBoot({
      ...plainMachine,
      commandLine: "root=LABEL=none rootwait=5",
      files: {
        ...imageFiles,
        "/lib/modules/6.12.0-simulated/modules.dep": "",
        "/lib/modules/6.12.0-simulated/modules.alias.absent": aliases,
      },
      hardware,
    });

    const screen = console.slice(console.indexOf("this machine did not boot"));
    expect(screen.indexOf("virtio_pci")).toBeLessThan(screen.indexOf("serio_raw"));
    expect(screen).toContain("lacks serio_raw");
    expect(screen).toContain("devices asked for: virtio_pci.");
  });
});

describe("a module that does not come up", () => {
  const machine = {
    ...plainMachine,
    files: {
      ...imageFiles,
      "/lib/modules/6.12.0-simulated/modules.dep": "kernel/stuck.ko:\n",
      "/lib/modules/6.12.0-simulated/modules.alias": "alias pci:v00001AF4d* stuck\n",
      "/lib/modules/6.12.0-simulated/kernel/stuck.ko": moduleImage({ name: "stuck" }),
    },
    modules: [{ name: "stuck", takes: Infinity }],
    hardware: [
      {
        devpath: "/devices/pci0000:00/0000:00:03.0",
        subsystem: "pci",
        properties: { MODALIAS: "pci:v00001AF4d00001042" },
        attributes: { modalias: () => "pci:v00001AF4d00001042" },
      },
    ],
  };

  it("is named after 30 s, and the boot goes on", async () => {
    const { console, ending, report } = await simulateBoot(machine, {
      version: 1,
      modules: { load: ["stuck"] },
    });

    expect(ending).toMatchObject({ kind: "execve" });
    expect(console).toMatch(/module stuck.* has not come up for 30 s; going on without it/);
    expect(console).toContain(
      "/sbin/init can only start once the kernel is done with module stuck",
    );
    expect(report?.written).toBeGreaterThanOrEqual(30_000);
    expect(report?.written).toBeLessThan(40_000);
  });

  it("is named on the screen, with the device that wants it, when the root does not appear", async () => {
    const { console, ending } = await simulateBoot({
      ...machine,
      commandLine: "root=LABEL=none rootwait=60",
    });

    const screen = console.slice(console.indexOf("this machine did not boot"));
    expect(screen).toContain("module stuck, which 0000:00:03.0 wants, has not come up for 30 s");
    expect(screen).toContain("modprobe.blacklist=stuck");
    expect(ending).toMatchObject({ kind: "reboot" });
  });

  it("is named on the screen as a driver without a device where it found none", async () => {
    const { console } = await simulateBoot({
      ...machine,
      modules: [{ name: "stuck", failure: "ENODEV" }],
      commandLine: "root=LABEL=none rootwait=5",
    });

    expect(console).toContain("no device for stuck");
  });

  it("holds up neither the network nor a type that needs it", async () => {
    const { ending } = await simulateBoot(
      {
        ...machine,
        files: {
          ...machine.files,
          "/lib/modules/6.12.0-simulated/modules.alias":
            "alias pci:v00001AF4d* stuck\nalias fs-ext4 stuck\n",
        },
      },
      { version: 1, network: { qemu: "auto" } },
    );

    expect(ending).toMatchObject({ kind: "execve" });
  });
});

describe("the check", () => {
  const machine = { ...plainMachine, commandLine: "root=LABEL=root fsck.mode=force" };
  const withChecker = (status: number) => ({
    ...machine,
    programs: { "/sbin/e2fsck": { status, output: "e2fsck says so\n" } },
  });

  it.each([0, 1])("lets the boot go on after status %i", async (status) => {
    const { ending, report } = await simulateBoot(withChecker(status));

    expect(ending).toMatchObject({ kind: "execve" });
    expect(report?.checks).toHaveLength(1);
  });

  it.each([2, 3])("reboots after status %i", async (status) => {
    const { ending, console } = await simulateBoot(withChecker(status));

    expect(ending).toEqual({ kind: "reboot", command: RebootCommand.Restart });
    expect(console).toContain("nothing counts how often");
  });

  it.each([4, 8, 16, 32, 128, 5, 6, 9, 12, 33, 64, 255])(
    "fails the boot after status %i",
    async (status) => {
      const { ending, report, linux } = await simulateBoot(withChecker(status));

      expect(report).toMatchObject({ outcome: "failed" });
      expect(ending).toMatchObject({ kind: "reboot" });
      expect(linux.calls.some((call) => call.startsWith("mount /dev/vda"))).toBe(false);
    },
  );

  it.each([
    ["its interpreter", "#!/bin/missing\n", "names an interpreter or loader that the image lacks"],
    ["a known format", "neither a script nor a program", "is no program of this machine's"],
  ])("says what a checker lacks that cannot be started: %s", async (_, content, words) => {
    const { console, linux } = await simulateBoot({
      ...machine,
      files: { ...imageFiles, "/sbin/e2fsck": { kind: "file", content, mode: 0o755 } },
    });

    const screen = console.slice(console.indexOf("this machine did not boot")).replace(/\s+/g, " ");
    expect(screen).toContain("check /dev/vda e2fsck cannot be started: ");
    expect(screen).toContain(words);
    expect(screen).toContain("fsck.mode=skip");
    expect(linux.calls.some((call) => call.startsWith("mount /dev/vda"))).toBe(false);
  });

  it("keeps the end of what a checker prints, however much, and all that the boot said", async () => {
    let kept: readonly string[] = [];
    await simulateBoot(
      {
        ...machine,
        commandLine: `${machine.commandLine} earlyboot.break=mount`,
        programs: {
          "/sbin/e2fsck": ({ writeOutput }) => {
            for (let line = 1; line <= 40_000; line++) writeOutput(`inode ${line}\n`);
          },
        },
      },
      { version: 1 },
      {
        interactive: true,
        ui: {
          runRepl: async ({ commands }) => {
            const log = await commands.find(({ name }) => name === "log")?.run("");
            kept = (log?.text ?? "").split("\n");
          },
        },
      },
    );

    expect(kept.length).toBeLessThanOrEqual(10_000);
    expect(kept.some((text) => text.endsWith("inode 40000"))).toBe(true);
    expect(kept.some((text) => text.includes("root LABEL=root is /dev/vda"))).toBe(true);
  });

  it("is made with the type of the superblock, where several are to be tried", async () => {
    const { report } = await simulateBoot({
      ...withChecker(0),
      commandLine: `${machine.commandLine} rootfstype=vfat,ext3`,
    });

    expect(report?.checks).toMatchObject([{ type: "ext3" }]);
  });

  it("is not made with a checker that the superblock contradicts", async () => {
    const { linux, report } = await simulateBoot({
      ...machine,
      commandLine: `${machine.commandLine} rootfstype=vfat`,
      programs: { "/sbin/fsck.vfat": {} },
    });

    expect(linux.calls.some((call) => call.startsWith("spawn"))).toBe(false);
    expect(report?.warnings.join()).toContain("its superblock says ext4, not vfat");
  });

  it("shows what a checker prints without its control characters", async () => {
    const { console } = await simulateBoot({
      ...machine,
      commandLine: `${machine.commandLine} earlyboot.log=debug`,
      programs: { "/sbin/e2fsck": { output: "root\u001b[2J: clean\n" } },
    });

    expect(console).toContain("root\\x1b[2J: clean");
    expect(console).not.toContain("\u001b");
  });

  it("ends in an orderly way before a signal ends the machine", async () => {
    const signals: unknown[] = [];
    const { ending } = await simulateBoot(
      {
        ...machine,
        programs: {
          "/sbin/e2fsck": async ({ killed, sleep }) => {
            killed.addEventListener("abort", () => signals.push(killed.reason));
            await sleep(60_000);
          },
        },
      },
      { version: 1 },
      { arrange: (linux) => linux.at(5000, () => linux.signal(Signal.Terminate)) },
    );

    expect(signals).toEqual([Signal.Interrupt]);
    expect(ending).toEqual({ kind: "reboot", command: RebootCommand.Restart });
  });

  it("does not keep the machine from ending when the checker does not end", async () => {
    const booted = await simulateBoot(
      {
        ...machine,
        programs: { "/sbin/e2fsck": { takes: Infinity } },
      },
      { version: 1 },
      {
        arrange: (linux) => {
          // As of one that waits for a disk which does not answer: signals do not reach it.
          const spawn = linux.spawn.bind(linux);
          const spawnDeaf = async (request: SpawnRequest) => {
            const child = await spawn(request);
            return { ...child, kill: () => {} };
          };
          Object.assign(linux, { spawn: spawnDeaf });
          linux.at(5000, () => linux.signal(Signal.Terminate));
        },
      },
    );

    expect(booted.ending).toEqual({ kind: "reboot", command: RebootCommand.Restart });
    expect(booted.console).toContain("a checker did not end in 30 s");
    expect(booted.linux.now()).toBeLessThan(60_000);
  });

  it("that takes long says each minute that it runs, and is not ended for that", async () => {
    const { ending, console } = await simulateBoot({
      ...machine,
      programs: { "/sbin/e2fsck": { takes: 150_000 } },
    });

    expect(ending).toMatchObject({ kind: "execve" });
    expect(console.match(/e2fsck still checks \/dev\/vda, for \d min now/g)).toEqual([
      "e2fsck still checks /dev/vda, for 1 min now",
      "e2fsck still checks /dev/vda, for 2 min now",
    ]);
  });

  it("lets the kernel replay the log of an xfs first, where everything may be repaired", async () => {
    const alert = "ALERT: The filesystem has valuable metadata changes in a log which is being";
    let runs = 0;
    const { linux, ending } = await simulateBoot({
      ...machine,
      commandLine: `${machine.commandLine} fsck.repair=yes`,
      devices: [{ name: "vda", fileSystem: { type: "xfs", label: "root", files: rootFiles } }],
      programs: {
        "/sbin/xfs_repair": ({ writeError }) => {
          runs += 1;
          if (runs > 1) return 0;
          writeError(alert);
          return 1;
        },
      },
    });

    expect(ending).toMatchObject({ kind: "execve" });
    expect(mountsOf(linux.calls).filter((call) => call.startsWith("mount /dev/vda"))).toEqual([
      "mount /dev/vda /run/earlyboot-replay xfs 15",
      "mount /dev/vda /root xfs 1",
    ]);
  });

  it("warns and goes on without a checker", async () => {
    const { ending, report } = await simulateBoot(machine);

    expect(ending).toMatchObject({ kind: "execve" });
    expect(report?.warnings.join()).toContain("e2fsck");
  });
});

/** A machine that takes no mount on `target`. */
function refuseMounts(linux: SimulatedLinux, target: string): SimulatedLinux {
  return {
    ...linux,
    mount: (request) => {
      if (request.target !== target) return linux.mount(request);
      throw new SyscallError({ error: "EINVAL", syscall: "mount", path: target });
    },
  };
}

describe("a mount of the root that the kernel refuses", () => {
  const said = "ext4: Unknown parameter 'nosuch'";

  /** A machine whose kernel says so in its log. */
  function refuseRoot(linux: SimulatedLinux): SimulatedLinux {
    const records = [`6,1,1,-;${said}\n`];
    const log = 1000;
    return {
      ...refuseMounts(linux, "/root"),
      open: (path, options) => (path === "/dev/kmsg" ? log : linux.open(path, options)),
      close: (descriptor) => (descriptor === log ? undefined : linux.close(descriptor)),
      read: (descriptor, buffer, offset) => {
        if (descriptor !== log) return linux.read(descriptor, buffer, offset);
        return new TextEncoder().encodeInto(records.shift() ?? "", buffer).written;
      },
    };
  }

  it.each(["", "rootfstype=ext4,xfs"])("is told in the kernel's own words: %s", async (types) => {
    const { console } = await simulateBoot(
      { ...plainMachine, commandLine: `root=LABEL=root rootflags=nosuch ${types}` },
      { version: 1 },
      { replace: refuseRoot },
    );

    const screen = console.slice(console.indexOf("this machine did not boot"));
    expect(screen).toContain(said);
    expect(screen).toContain("One of the options may be wrong: nosuch");
    expect(screen).not.toContain("rootfstype=ext4.");
  });
});

describe("an image file on a disk", () => {
  const image = {
    kind: "file",
    image: { type: "ext4", label: "inner", files: rootFiles },
  } as const;
  const machine = {
    ...plainMachine,
    devices: [{ name: "vda", fileSystem: { type: "ext4", label: "root", files: { "/i": image } } }],
    programs: { "/sbin/e2fsck": {} },
  };

  it.each([
    ["", ["/dev/vda pass", "/dev/loop0 skipped"]],
    ["rw", ["/dev/vda pass", "/dev/loop0 pass"]],
    ["rw earlyboot.volatile", []],
  ])("is checked like its disk, where it may be written to: %s", async (words, checks) => {
    const { report, ending } = await simulateBoot({
      ...machine,
      commandLine: `root=LABEL=root earlyboot.loop=/i fsck.mode=force ${words}`,
    });

    expect(ending).toMatchObject({ kind: "execve" });
    expect(report?.checks.map(({ device, outcome }) => `${device} ${outcome}`)).toEqual(checks);
  });

  it("is found by the links of that disk, which lead nowhere else", async () => {
    const files = { "/images/i": image, "/i": { kind: "link", target: "/images/i" } } as const;
    const { ending } = await simulateBoot({
      ...machine,
      devices: [{ name: "vda", fileSystem: { type: "ext4", label: "root", files } }],
      commandLine: "root=LABEL=root earlyboot.loop=/i",
    });

    expect(ending).toMatchObject({ kind: "execve" });
  });

  it.each([
    ["too short", { kind: "file", content: "text" }, "it holds no more than 4 bytes"],
    ["a directory", { kind: "directory" }, "it is not a regular file"],
  ] as const)("is refused at once where it is %s", async (_, file, words) => {
    const { console, linux, report } = await simulateBoot({
      ...machine,
      devices: [
        { name: "vda", fileSystem: { type: "ext4", label: "root", files: { "/i": file } } },
      ],
      commandLine: "root=LABEL=root earlyboot.loop=/i",
    });

    expect(report).toMatchObject({ outcome: "failed" });
    expect(console).toContain(words);
    expect(linux.calls.join()).not.toContain("attachLoop");
  });
});

describe("a volatile root", () => {
  const machine = { ...plainMachine, commandLine: "root=LABEL=root rw earlyboot.volatile=64m" };

  it("says that its size is none where the kernel does not take it", async () => {
    const { console } = await simulateBoot(
      { ...machine, commandLine: "root=LABEL=root earlyboot.volatile=lots" },
      { version: 1 },
      { replace: (linux) => refuseMounts(linux, "/rw-root") },
    );

    const screen = console.slice(console.indexOf("this machine did not boot"));
    expect(screen).toContain("make the root volatile: mount a tmpfs with mode=0755,size=lots");
    expect(screen).toContain("earlyboot.volatile=25%");
  });

  it("is read-only below and a tmpfs above, without a journal replayed", async () => {
    const { linux, ending } = await simulateBoot(machine);

    expect(ending).toMatchObject({ kind: "execve" });
    expect(
      mountsOf(linux.calls)
        .filter((call) => /root/.test(call))
        .slice(0, 3),
    ).toEqual([
      "mount /dev/vda /real-root ext4 1 noload",
      "mount tmpfs /rw-root tmpfs 0 mode=0755,size=64m",
      "mount overlay /root overlay 0 lowerdir=/real-root,upperdir=/rw-root/upper,workdir=/rw-root/work",
    ]);
  });

  it.each(["reiserfs", "ntfs3"])(
    "lets no write through to a %s, which replays its log at every mount",
    async (type) => {
      const { console, linux } = await simulateBoot({
        ...machine,
        commandLine: `root=/dev/vda rootfstype=${type} earlyboot.volatile`,
        devices: [{ name: "vda" }],
      });

      const calls = linux.calls.filter((call) => /LOOP|^mount .*real-root/.test(call));
      expect(calls[0]).toBe("ioctl LOOP_CONFIGURE /dev/vda ro 0");
      expect(calls[1]).toContain(`mount /dev/loop0 /real-root ${type} 1`);
      expect(console.replaceAll(/\s+/g, " ")).toContain("boot once without earlyboot.volatile");
    },
  );

  it("is refused where the kernel has no overlay and no union program is configured", async () => {
    const { console, report } = await simulateBoot({
      ...machine,
      withoutFileSystems: ["overlay"],
    });

    expect(report).toMatchObject({ outcome: "failed" });
    expect(console).toContain("make the root volatile");
  });
});

describe("declared file systems", () => {
  const data = fileSystem({
    device: { label: "data" },
    mountPoint: "/srv/data",
    type: "ext4",
    neededForBoot: true,
    createMountPoint: true,
    check: false,
  });

  it("are mounted below the root, parents before children", async () => {
    const below = fileSystem({
      device: { none: "tmpfs" },
      mountPoint: "/srv/data/tmp",
      type: "tmpfs",
      neededForBoot: true,
      createMountPoint: true,
    });

    const { linux, ending } = await simulateBoot(
      { ...plainMachine, commandLine: "root=LABEL=root rw" },
      { version: 1, fileSystems: [toSpec(below), toSpec(data)] },
    );

    expect(ending).toMatchObject({ kind: "execve" });
    expect(mountsOf(linux.calls).filter((call) => call.includes("/root/srv"))).toEqual([
      "mount /dev/vdb /root/srv/data ext4 0",
      "mount tmpfs /root/srv/data/tmp tmpfs 0",
    ]);
  });

  it("are waited for and checked side by side where they are on different disks", async () => {
    const declare = (label: string) => ({
      ...toSpec(data),
      device: { label },
      mountPoint: `/srv/${label}`,
      check: true,
    });
    const ext4 = (label: string) => ({ type: "ext4", label });
    const checks: string[] = [];
    const { linux, ending, report } = await simulateBoot(
      {
        ...plainMachine,
        commandLine: "root=LABEL=root rw fsck.mode=force earlyboot.timeout=20",
        devices: [
          ...(plainMachine.devices?.slice(0, 1) ?? []),
          { name: "vdb", fileSystem: ext4("one"), appears: 5000 },
          { name: "vdc", fileSystem: ext4("two"), appears: 5000 },
        ],
        programs: {
          "/sbin/e2fsck": async ({ argv, sleep }) => {
            const device = argv.at(-1) ?? "";
            checks.push(`${device} begins`);
            if (device !== "/dev/vda") await sleep(10_000);
            checks.push(`${device} ends`);
          },
        },
      },
      {
        version: 1,
        fileSystems: [
          declare("one"),
          declare("two"),
          { ...declare("missing"), mountMayFail: true },
          { ...declare("too"), mountMayFail: true },
        ],
      },
    );

    expect(ending).toMatchObject({ kind: "execve" });
    expect(checks.slice(2, 4)).toEqual(["/dev/vdb begins", "/dev/vdc begins"]);
    expect(report?.warnings).toHaveLength(2);
    // Two that are missing take the time-out of one.
    expect(linux.now()).toBeLessThan(25_000);
    expect(mountsOf(linux.calls).filter((call) => call.includes("/root/srv"))).toEqual([
      "mount /dev/vdb /root/srv/one ext4 0",
      "mount /dev/vdc /root/srv/two ext4 0",
    ]);
  });

  it.each([
    ["", false],
    ["fsck.mode=force", true],
  ])(
    "that are not to be checked are checked when that is asked for: %s",
    async (words, isChecked) => {
      const { report } = await simulateBoot(
        {
          ...plainMachine,
          commandLine: `root=LABEL=root rw ${words}`,
          programs: { "/sbin/e2fsck": {} },
        },
        { version: 1, fileSystems: [toSpec(data)] },
      );

      expect(report?.checks.some(({ device }) => device === "/dev/vdb")).toBe(isChecked);
    },
  );

  it.each([
    ["", "-p"],
    ["fsck.repair=yes", "-y"],
    ["fsck.repair=no", "-n"],
  ])("are repaired as declared, unless the command line says otherwise: %s", async (words, how) => {
    const { linux } = await simulateBoot(
      {
        ...plainMachine,
        commandLine: `root=LABEL=root rw fsck.mode=force ${words}`,
        programs: { "/sbin/e2fsck": {} },
      },
      { version: 1, fileSystems: [toSpec({ ...data, check: true })] },
    );

    const checks = linux.calls.filter((call) => call.startsWith("spawn"));
    expect(checks.at(-1)).toMatch(new RegExp(`e2fsck .*${how} /dev/vdb`));
  });

  it("that may fail are warnings, others fail the boot", async () => {
    const missing = { ...toSpec(data), device: { label: "nowhere" } };
    const machine = { ...plainMachine, commandLine: "root=LABEL=root rw earlyboot.timeout=1" };

    const may = await simulateBoot(machine, {
      version: 1,
      fileSystems: [{ ...missing, mountMayFail: true }],
    });
    const mustNot = await simulateBoot(machine, { version: 1, fileSystems: [missing] });

    expect(may.ending).toMatchObject({ kind: "execve" });
    expect(may.report?.warnings.join()).toContain("/srv/data is not mounted");
    expect(mustNot.report).toMatchObject({ outcome: "failed" });
  });

  it("that need one that is missing are not mounted, and nothing in its place", async () => {
    const missing = fileSystem({ ...data, device: { label: "nowhere" }, mountMayFail: true });
    const bind = (mountPoint: string, path: string, dependencies: readonly FileSystem[] = []) =>
      toSpec(
        fileSystem({
          device: { path },
          mountPoint,
          type: "none",
          flags: ["bind-mount"],
          createMountPoint: true,
          neededForBoot: true,
          mountMayFail: true,
          dependencies,
        }),
      );
    const { linux, report } = await simulateBoot(
      { ...plainMachine, commandLine: "root=LABEL=root rw earlyboot.timeout=1" },
      {
        version: 1,
        fileSystems: [
          toSpec(missing),
          bind("/srv/home", "/srv/data/home"),
          bind("/srv/other", "/etc", [missing]),
          bind("/srv/independent", "/etc"),
        ],
      },
    );

    expect(report?.warnings).toEqual([
      expect.stringContaining("/srv/data is not mounted"),
      expect.stringMatching(/srv\/home is not mounted .*what it needs is not mounted: \/srv\/data/),
      expect.stringMatching(
        /srv\/other is not mounted .*what it needs is not mounted: \/srv\/data/,
      ),
    ]);
    const mounts = mountsOf(linux.calls).filter((call) => call.includes(" /root/srv/"));
    expect(mounts).toEqual([expect.stringContaining("/root/srv/independent")]);
  });
});

describe("a boot that goes on after the mount failed", () => {
  it("keeps the layers of a volatile root that were mounted", async () => {
    const { ending } = await simulateBoot(
      {
        ...plainMachine,
        commandLine: "root=LABEL=root earlyboot.volatile",
        failures: [{ call: "mount", path: /overlay/, error: "ENOMEM", nth: 1 }],
      },
      { version: 1 },
      { interactive: true, repl: [() => {}] },
    );

    expect(ending).toMatchObject({ kind: "execve" });
  });

  it("keeps the declared file systems that were mounted", async () => {
    const declared = ["data", "later"].map((label) =>
      fileSystem({
        device: { label },
        mountPoint: `/srv/${label}`,
        type: "ext4",
        neededForBoot: true,
        createMountPoint: true,
        check: false,
      }),
    );
    const { ending } = await simulateBoot(
      { ...plainMachine, commandLine: "root=LABEL=root rw earlyboot.timeout=1" },
      { version: 1, fileSystems: declared.map((each) => toSpec(each)) },
      {
        interactive: true,
        repl: [
          (linux) => linux.addDevice({ name: "vdc", fileSystem: { type: "ext4", label: "later" } }),
        ],
      },
    );

    expect(ending).toMatchObject({ kind: "execve" });
  });
});

describe("what is handed over to", () => {
  it("is the REPL when neither a root nor a boot program was asked for", async () => {
    const { replOpened } = await simulateBoot(
      { ...plainMachine, commandLine: "" },
      { version: 1 },
      { interactive: true, repl: [(linux) => linux.reboot(RebootCommand.PowerOff)] },
    );

    expect(replOpened).toBe(1);
  });

  it("is the failure policy when neither was asked for and nobody can type", async () => {
    const { console, ending } = await simulateBoot({ ...plainMachine, commandLine: "" });

    expect(console).toContain("neither a root nor a boot program was asked for");
    expect(ending).toEqual({ kind: "reboot", command: RebootCommand.Restart });
  });

  it("is the root that somebody mounted in that REPL", async () => {
    const { ending } = await simulateBoot(
      { ...plainMachine, commandLine: "" },
      { version: 1 },
      {
        interactive: true,
        repl: [
          (linux) => {
            linux.umount2("/root");
            linux.mount({ source: "/dev/vda", target: "/root", type: "ext4" });
          },
        ],
      },
    );

    expect(ending).toMatchObject({ kind: "execve", path: "/sbin/init" });
  });

  it.each(["init=/bin/other", "earlyboot.load=/bin/other"])(
    "is no REPL where only %s was asked for: the root is an empty one, and that is said",
    async (commandLine) => {
      const { console, ending, replOpened } = await simulateBoot({ ...plainMachine, commandLine });

      expect(replOpened).toBe(0);
      expect(console).toContain("no init to become in /root: /bin/other");
      expect(console).toContain("No root was asked for");
      expect(ending).toEqual({ kind: "reboot", command: RebootCommand.Restart });
    },
  );

  it("is looked for before anything moves, also where it is a module", async () => {
    const { console, linux } = await simulateBoot({
      ...plainMachine,
      commandLine: "root=LABEL=root earlyboot.load=/boot.mjs",
    });

    expect(console).toContain("load the boot program /boot.mjs");
    expect(console).toContain("the root file system has no such file");
    expect(linux.calls).not.toContain("chroot .");
  });

  /** A machine whose root has a boot program. */
  const withProgram = {
    ...plainMachine,
    commandLine: "root=LABEL=root --load=/boot.mjs",
    devices: [
      {
        name: "vda",
        fileSystem: { type: "ext4", label: "root", files: { ...rootFiles, "/boot.mjs": "" } },
      },
    ],
  };

  it("is a boot program in the new root; when it returns, the machine reboots", async () => {
    const programs: string[] = [];
    const { ending, console } = await simulateBoot(
      withProgram,
      { version: 1 },
      { program: (path) => void programs.push(path) },
    );

    expect(programs).toEqual(["/boot.mjs"]);
    expect(console).toContain("boot program terminated, rebooting");
    expect(ending).toEqual({ kind: "reboot", command: RebootCommand.Restart });
  });

  it("is the boot program again after its failure, and nothing is looked for once more", async () => {
    let runs = 0;
    const { console, ending } = await simulateBoot(
      withProgram,
      { version: 1 },
      {
        interactive: true,
        repl: [() => {}],
        program: () => {
          runs += 1;
          if (runs === 1) throw new Error("not yet");
        },
      },
    );

    expect(runs).toBe(2);
    expect(console.match(/root LABEL=root is/g)).toHaveLength(1);
    expect(ending).toEqual({ kind: "reboot", command: RebootCommand.Restart });
  });

  it("is the failure policy when a boot program throws", async () => {
    const { console, report } = await simulateBoot(
      withProgram,
      { version: 1 },
      {
        program: () => {
          throw new Error("no such service");
        },
      },
    );

    expect(console).toContain("no such service");
    expect(report).toMatchObject({ outcome: "failed" });
  });

  it.each([
    [undefined, "it threw undefined"],
    ["no more", "it threw no more"],
    [new TypeError("x is not a function"), "TypeError: x is not a function"],
    [new SyntaxError("Unexpected token ';'"), "node --check /boot.mjs"],
  ])("says what a boot program threw: %p", async (thrown, words) => {
    const { console } = await simulateBoot(
      withProgram,
      { version: 1 },
      {
        program: () => {
          throw thrown;
        },
      },
    );

    const screen = console.slice(console.indexOf("this machine did not boot"));
    expect(screen).toContain(words);
    expect(screen).not.toContain("(node:internal");
  });

  it("is the init that init= names, with the words of the kernel", async () => {
    const { ending } = await simulateBoot({
      ...plainMachine,
      commandLine: "root=LABEL=root init=/bin/other",
      devices: [
        {
          name: "vda",
          fileSystem: {
            type: "ext4",
            label: "root",
            files: { ...rootFiles, "/bin/other": { kind: "file", program: {} } },
          },
        },
      ],
    });

    expect(ending).toMatchObject({ kind: "execve", argv: ["/bin/other"] });
  });

  it("is nothing when the init is missing: the screen names all that were looked for", async () => {
    const { "/sbin/init": _, ...files } = rootFiles;
    const { console, linux } = await simulateBoot({
      ...plainMachine,
      devices: [{ name: "vda", fileSystem: { type: "ext4", label: "root", files } }],
    });

    expect(console).toContain("/sbin/init");
    expect(linux.calls).not.toContain("chroot .");
  });
});

it("tells systemd when the initial RAM disk began, in a file that it reads from its beginning", async () => {
  let told = "";
  const { ending } = await simulateBoot(
    {
      ...plainMachine,
      devices: [
        {
          name: "vda",
          fileSystem: {
            type: "ext4",
            label: "root",
            files: {
              ...rootFiles,
              "/sbin/init": { kind: "link", target: "../lib/systemd/systemd" },
              "/lib/systemd/systemd": { kind: "file", program: {} },
            },
          },
        },
      ],
    },
    { version: 1 },
    {
      replace: (linux) => ({
        ...linux,
        execve: (path, argv, ...rest) => {
          const buffer = new Uint8Array(100);
          const length = linux.read(Number(argv.at(-1)), buffer);
          told = new TextDecoder().decode(buffer.subarray(0, length));
          return linux.execve(path, argv, ...rest);
        },
      }),
    },
  );

  expect(ending).toMatchObject({
    argv: ["/sbin/init", "--switched-root", "--system", "--deserialize", expect.any(String)],
  });
  expect(told).toMatch(/^initrd-timestamp=\d+ 1000000\n\n$/);
});

describe("stops before a stage", () => {
  it.each(["modules", "network", "devices", "check", "mount", "switch"])(
    "for the REPL: earlyboot.break=%s",
    async (stage) => {
      const { replOpened, ending } = await simulateBoot(
        { ...plainMachine, commandLine: `root=LABEL=root earlyboot.break=${stage}` },
        { version: 1 },
        { interactive: true, repl: [() => {}] },
      );

      expect(replOpened).toBe(1);
      expect(ending).toMatchObject({ kind: "execve" });
    },
  );
});

it("boots a machine without devtmpfs with nodes of its own", async () => {
  const { ending, linux } = await simulateBoot({
    ...plainMachine,
    files: imageFiles,
    withoutFileSystems: ["devtmpfs"],
  });

  expect(linux.calls).toContain("mount tmpfs /dev tmpfs 2 mode=0755");
  expect(ending).toMatchObject({ kind: "execve" });
});

it("knows at a second attempt too that /dev is no devtmpfs", () => {
  const linux = simulateLinux({ ...plainMachine, withoutFileSystems: ["devtmpfs"] });

  const attempts = [mountEssentialFileSystems(linux), mountEssentialFileSystems(linux)];

  expect(attempts.map(({ devtmpfs }) => devtmpfs)).toEqual([false, false]);
});

it("leaves it to the kernel to free its own executable while the real init runs", async () => {
  const { ending } = await simulateBoot(plainMachine);

  expect(ending).toMatchObject({ kind: "execve", closedLater: ["/proc/self/exe"] });
});

it("keeps Ctrl-Alt-Del to itself where the real init cannot be executed", async () => {
  const { linux, console } = await simulateBoot({
    ...plainMachine,
    failures: [{ call: "execve", error: "ENOEXEC" }],
  });

  expect(console).toContain("execute /sbin/init");
  expect(linux.calls.filter((call) => call.startsWith("reboot"))).toEqual([
    "reboot 0x0",
    "reboot 0x89abcdef",
    "reboot 0x0",
    "reboot 0x1234567",
  ]);
});

it("names the kernel option when /proc cannot be mounted", async () => {
  const { console } = await simulateBoot({ ...plainMachine, withoutFileSystems: ["proc"] });

  expect(console).toContain("CONFIG_PROC_FS");
});

describe("a console that breaks down", () => {
  const machine = { ...plainMachine, commandLine: "root=LABEL=none rootwait=1" };
  const broken = () => Promise.reject(new Error("EIO: i/o error"));

  it("leaves the policy without a REPL", async () => {
    const { ending, report } = await simulateBoot(
      machine,
      { version: 1 },
      { interactive: true, ui: { runRepl: broken } },
    );

    expect(ending).toEqual({ kind: "reboot", command: RebootCommand.Restart });
    expect(report).toMatchObject({ outcome: "failed" });
  });

  it("leaves it while a password is asked for", async () => {
    const { ending } = await simulateBoot(
      machine,
      { version: 1, repl: { access: "password", hash: "plain:sesame" } },
      { interactive: true, ui: { readSecret: broken } },
    );

    expect(ending).toEqual({ kind: "reboot", command: RebootCommand.Restart });
  });

  it("does not stop a boot that was to stop before a stage", async () => {
    const { ending, report } = await simulateBoot(
      { ...plainMachine, commandLine: "root=LABEL=root earlyboot.break=mount" },
      { version: 1 },
      { interactive: true, ui: { runRepl: broken } },
    );

    expect(ending).toMatchObject({ kind: "execve" });
    expect(report?.warnings.join()).toContain("the REPL cannot be used");
  });
});

describe("an error that nobody caught", () => {
  /** A host, and what makes it tell of such an error. */
  function failingHost() {
    let handler: (error: unknown) => void = () => {};
    const onFatal: BootUi["onFatal"] = (handle) => {
      handler = handle;
    };
    return { onFatal, fail: (message: string) => handler(new Error(message)) };
  }

  it("fails the stage that runs, which does not begin again while it still does", async () => {
    const { onFatal, fail } = failingHost();
    let checks = 0;
    const { ending, report } = await simulateBoot(
      {
        ...plainMachine,
        commandLine: "root=LABEL=root fsck.mode=force",
        programs: {
          "/sbin/e2fsck": async ({ sleep }) => {
            checks++;
            fail("somebody else's mistake");
            await sleep(60_000);
          },
        },
      },
      { version: 1 },
      { interactive: true, repl: [() => {}], ui: { onFatal } },
    );

    expect(checks).toBe(1);
    expect(report?.stages.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(
      expect.arrayContaining(["check failed", "check done"]),
    );
    expect(ending).toMatchObject({ kind: "execve", path: "/sbin/init" });
  });

  it("in the REPL is told there, and opens no other", async () => {
    const { onFatal, fail } = failingHost();
    let opened = 0;
    const { console, ending } = await simulateBoot(
      { ...plainMachine, commandLine: "root=LABEL=root earlyboot.repl" },
      { version: 1 },
      {
        interactive: true,
        ui: {
          onFatal,
          runRepl: async () => {
            opened++;
            fail("a typo");
            await new Promise(setImmediate);
          },
        },
      },
    );

    expect(opened).toBe(1);
    expect(console).toContain("a typo");
    expect(ending).toMatchObject({ kind: "execve" });
  });

  it("of a boot program that runs is told as its own", async () => {
    const { onFatal, fail } = failingHost();
    const { console } = await simulateBoot(
      { ...plainMachine, commandLine: "root=LABEL=root earlyboot.load=/run/boot.mjs" },
      { version: 1 },
      {
        ui: {
          onFatal,
          runProgram: () => {
            setImmediate(fail, "nothing left to wait for");
            return new Promise(() => {});
          },
        },
      },
    );

    expect(console).toContain("run the boot program /run/boot.mjs");
    expect(console).toContain("nothing left to wait for");
  });

  it("while the hooks are loaded is a warning", async () => {
    const { onFatal, fail } = failingHost();
    const importHooks = () => {
      setImmediate(fail, "nothing left to wait for");
      return new Promise(() => {});
    };
    const { ending, report } = await simulateBoot(
      plainMachine,
      { version: 1, hooks: "/hooks.mjs" },
      { ui: { onFatal, importHooks } },
    );

    expect(ending).toMatchObject({ kind: "execve" });
    expect(report?.warnings.join()).toContain("nothing left to wait for");
  });
});

describe("a hook", () => {
  const hooked = (before: Hooks["before"]) => ({ importHooks: async () => ({ before }) });

  it("that throws fails its stage, with its words on the screen", async () => {
    const ui = hooked({
      mount: () => {
        throw new Error("the safe is shut");
      },
    });
    const { console, linux } = await simulateBoot(
      plainMachine,
      { version: 1, hooks: "/hooks.mjs" },
      { ui },
    );

    expect(console).toContain("mount the root file system");
    expect(console).toContain("the safe is shut");
    expect(mountsOf(linux.calls).join()).not.toContain("/root");
  });

  it.each<[name: string, thrown: unknown]>([
    ["nothing", undefined],
    ["no object", 42],
    ["what has no text", Object.create(null)],
    [
      "what throws when it is looked at",
      new Proxy(
        {},
        {
          has: () => {
            throw new Error("hands off");
          },
        },
      ),
    ],
  ])("may throw %s", async (_, thrown) => {
    const ui = hooked({
      mount: () => {
        throw thrown;
      },
    });
    const { console, ending } = await simulateBoot(
      plainMachine,
      { version: 1, hooks: "/hooks.mjs" },
      { ui },
    );

    expect(console).toContain("mount the root file system");
    expect(ending).toEqual({ kind: "reboot", command: RebootCommand.Restart });
  });

  it("that takes long is named after 30 s, and waited for", async () => {
    const ui = hooked({ mount: ({ linux }) => linux.sleep(40_000) });
    const { report, ending } = await simulateBoot(
      plainMachine,
      { version: 1, hooks: "/hooks.mjs" },
      { ui },
    );

    expect(report?.warnings).toContain("the hook before mount has not ended for 30 s");
    expect(ending).toMatchObject({ kind: "execve" });
  });
});

describe("a signal", () => {
  const machine = { ...plainMachine, commandLine: "root=LABEL=none" };

  it.each([
    ["SIGINT, as for Ctrl-Alt-Del", Signal.Interrupt, RebootCommand.Restart],
    ["SIGTERM", Signal.Terminate, RebootCommand.Restart],
    ["SIGUSR1", Signal.User1, RebootCommand.Halt],
    ["SIGUSR2", Signal.User2, RebootCommand.PowerOff],
  ])("%s ends the machine in order while it boots", async (_, signal, command) => {
    const { ending, linux, report } = await simulateBoot(
      machine,
      { version: 1 },
      { arrange: (arranged) => arranged.at(5000, () => arranged.signal(signal)) },
    );

    expect(ending).toEqual({ kind: "reboot", command });
    expect(linux.calls).toContain("sync");
    expect(report?.outcome).toBe("booting");
  });

  it("that comes twice ends it once", async () => {
    const { ending, report } = await simulateBoot(
      machine,
      { version: 1 },
      {
        arrange: (arranged) =>
          arranged.at(5000, () => {
            arranged.signal(Signal.Interrupt);
            arranged.signal(Signal.Interrupt);
          }),
      },
    );

    expect(ending).toEqual({ kind: "reboot", command: RebootCommand.Restart });
    expect(report?.outcome).toBe("booting");
  });
});

it("does not take Ctrl-C in the REPL for Ctrl-Alt-Del, and gives the terminal up after it", async () => {
  const { ending, linux } = await simulateBoot(
    { ...plainMachine, commandLine: "root=LABEL=root earlyboot.repl" },
    { version: 1 },
    { interactive: true, repl: [(machine) => machine.kill(1, Signal.Interrupt)] },
  );

  expect(ending).toMatchObject({ kind: "execve" });
  expect(linux.calls.some((call) => call.includes("TIOCNOTTY"))).toBe(true);
});
