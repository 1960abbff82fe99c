import { describe, expect, it } from "@jest/globals";

import { type Host, hosts } from "./hosts.ts";
import { hasLoopDevices, obstacle, resultOf, runInTerminal, runScenario } from "./run-scenario.ts";

const asRoot = process.getuid?.() === 0 ? describe : describe.skip;
const withLoopDevices = hasLoopDevices ? describe : describe.skip;

describe.each([...hosts()])("$title", (host: Host) => {
  const suite = host.node === undefined || obstacle !== undefined ? describe.skip : describe;
  suite(obstacle ?? "in namespaces of its own", () => {
    it("mounts, binds, remounts, moves and unmounts", () => {
      expect(resultOf(runScenario(host, "mounts"))).toEqual({
        isTmpfs: true,
        size: 65536,
        mode: 0o755,
        errors: ["EROFS", "EBUSY", "ENODEV", "ENOENT", "EINVAL"],
        flags: 1,
        moved: "x",
        left: [],
      });
    });

    it("replaces the root", () => {
      expect(resultOf(runScenario(host, "pivotRoot"))).toEqual({
        refused: "ENOENT",
        names: [{ name: "here", kind: "file" }],
        text: "new root",
      });
      expect(resultOf(runScenario(host, "chroot"))).toEqual({
        names: [{ name: "inner", kind: "directory" }],
        missing: "ENOENT",
      });
    });
    asRoot("as root", () => {
      it("makes device nodes under a umask", () => {
        expect(resultOf(runScenario(host, "nodes"))).toEqual({
          before: "22",
          null: ["20600", true],
          disk: ["60600", true],
          high: ["20600", true],
          fifo: ["10600", true],
          socket: ["140600", true],
          errors: ["EEXIST", "EINVAL"],
        });
      });
    });

    it("reads, writes, lists, links and removes files", () => {
      expect(resultOf(runScenario(host, "files"))).toEqual({
        appended: "one two",
        bytes: [255, 65],
        text: "\ufffdA",
        status: ["104711", 2, 12, 34, 2],
        link: "file",
        isLink: true,
        kinds: [
          { name: "directory", kind: "directory" },
          { name: "file", kind: "file" },
          { name: "link", kind: "link" },
          { name: "other", kind: "file" },
        ],
        many: 3000,
        proc: true,
        sys: true,
        kernels: [
          "ENOENT: no such file or directory, open '/sys/class/none'",
          "EISDIR: is a directory, read '/sys/class'",
        ],
        modified: true,
        errors: [
          "EEXIST",
          "ENOENT",
          "ENOENT",
          "EISDIR",
          "ENOTEMPTY",
          "EISDIR",
          "ENOTDIR",
          "EINVAL",
          "ENOENT",
          "EFBIG",
        ],
      });
    });

    it("works below an open directory, whatever its path has become", () => {
      expect(resultOf(runScenario(host, "descriptors"))).toEqual({
        count: 3,
        names: [[{ name: "file", kind: "file" }], [{ name: "file", kind: "file" }]],
        loop: "ELOOP",
        inherited: true,
        cwd: "/tmp/scenario/inner",
        left: [{ name: "link", kind: "link" }],
        memory: "memo",
        errors: ["EBADF", "EBADF", "ENOENT", "ENOTDIR"],
      });
    });

    it("does not touch the descriptors that Node has for itself", () => {
      expect(resultOf(runScenario(host, "foreignDescriptors"))).toEqual({
        answers: ["EBADF"],
        exited: { kind: "exited", status: 0 },
      });
    });

    it("keeps the numbers of closed standard streams from Node", () => {
      expect(resultOf(runScenario(host, "closedStreams"))).toEqual({
        answers: ["EBADF", "EBADF", "EBADF"],
        next: true,
        text: "text\n",
      });
    });

    asRoot("as root", () => {
      it("sets and clears the immutable flag", () => {
        expect(resultOf(runScenario(host, "immutable"))).toEqual({ refused: "EPERM", text: "z" });
      });
    });

    it("configures a network interface and its routes", () => {
      expect(resultOf(runScenario(host, "network"))).toEqual({
        flags: [0, 1],
        routes: [
          ["lo", "00000000", "0101090A", "0003", "00000000"],
          ["lo", "0000010A", "00000000", "0001", "0000FFFF"],
          ["lo", "0100020A", "0101090A", "0007", "FFFFFFFF"],
        ],
        errors: ["EEXIST", "ENODEV", "ENODEV", "EINVAL"],
      });
    });

    it("tells of uevents when they come", () => {
      expect(resultOf(runScenario(host, "uevents"))).toEqual({
        event: {
          action: "change",
          devpath: "/devices/virtual/net/lo",
          properties: expect.objectContaining({ SUBSYSTEM: "net", INTERFACE: "lo" }),
        },
        overflow: false,
        fast: true,
        rejected: true,
        closed: true,
        again: { events: [], overflow: false, closed: true },
      });
    });

    it("tells when uevents were lost, and of those that come after", () => {
      expect(resultOf(runScenario(host, "overflow"))).toEqual({
        many: true,
        all: false,
        after: ["add"],
      });
    });

    it("reads a file as a block device, beside other work", () => {
      expect(resultOf(runScenario(host, "blockDevice"))).toEqual({
        size: "1000003",
        sectorSize: 512,
        same: true,
        tail: "9012",
        beyond: 0,
        last: "012",
        errors: ["EBADF", "ENOENT", "ENOTBLK"],
      });
    });

    withLoopDevices("with loop devices (needs root and /dev/loop-control)", () => {
      it("takes loop devices beside others who take them", () => {
        expect(resultOf(runScenario(host, "loopRace"))).toEqual({ taken: 12, different: 12 });
      });

      it("puts a file behind a loop device", () => {
        expect(resultOf(runScenario(host, "loop"))).toEqual({
          named: true,
          size: "1044480",
          sectorSize: 512,
          text: "abcdefgh",
          readOnly: "1",
          backing: true,
          errors: ["ENOENT", "ENOTTY", "EINVAL", "EINVAL"],
        });
      });
    });

    it("starts a program with just what it was given", () => {
      expect(resultOf(runScenario(host, "spawn"))).toEqual({
        pid: true,
        status: { kind: "exited", status: 7 },
        stderr: "oops\n",
        progress: "50%\n",
        stdout: [
          "zero first a b:=:",
          "/proc",
          "SigBlk:\t0000000000000000",
          "SigIgn:\t0000000000000000",
          expect.stringMatching(/^0 1 2 (.* )?3 /),
        ],
      });
    });

    it("says why a program does not start, and how one ended", () => {
      expect(resultOf(runScenario(host, "spawnMore"))).toEqual({
        session: true,
        killed: { kind: "signalled", signal: 15 },
        bytes: 3_000_000,
        errors: ["ENOENT", "ENOENT", "ENOEXEC", "EACCES", "ENOENT", "EACCES", "ENOENT"],
        leaked: 0,
      });
    });

    it("does not wait for what a program leaves behind, once nothing comes of it", () => {
      expect(resultOf(runScenario(host, "spawnLeaves"))).toEqual({
        status: { kind: "exited", status: 3 },
        output: "out\n",
      });
    });

    it("outlives handlers that throw", () => {
      expect(resultOf(runScenario(host, "handlers"))).toEqual({
        signalled: "Error: woken",
        errors: ["EINVAL", expect.stringContaining("RangeError"), "ESRCH"],
      });
    });

    it("reaps orphans, and takes no exit from anybody", () => {
      expect(resultOf(runScenario(host, "reap"))).toEqual({
        pid: 1,
        right: true,
        orphans: 200,
        foreign: 0,
        zombies: 0,
      });
    });

    it("leaves the next program nothing but what it was given", () => {
      const { stdout } = runScenario(host, "execve");
      const [, environment, kept, rest = ""] =
        /^(.*\0)cat\0\/proc\/self\/environ.*\0(kept)(.*)$/s.exec(stdout) ?? [];
      expect({ environment, kept }).toEqual({ environment: "A=1\0B.C=ü\0", kept: "kept" });
      expect(rest.match(/^(Threads|Sig(Pnd|Blk|Ign|Cgt)).*$/gm)).toEqual([
        "Threads:\t1",
        "SigPnd:\t0000000000000000",
        "SigBlk:\t0000000000000000",
        "SigIgn:\t0000000000000000",
        "SigCgt:\t0000000000000000",
      ]);
      expect(rest).toMatch(/^Max open files +256 +512 /m);

      const [number, ...descriptors] = runScenario(host, "execveDescriptors").stdout.split("\n");
      expect(new Set(descriptors)).toEqual(new Set(["", "0", "1", "2", "3", number]));
    });

    it("leaves nothing of a deleted file that is to be closed later", () => {
      const { stdout } = runScenario(host, "execveClosesLater");
      const [descriptors, end] = [stdout.split("\n").slice(0, -2), stdout.split("\n").at(-2)];
      expect(new Set(descriptors)).toEqual(new Set(["0", "1", "2", "3"]));
      expect(end).toBe("freed");
    });

    it("leaves it no more where /proc is something else", () => {
      const { stdout } = runScenario(host, "execveBesideProc");
      const [number, ...lines] = stdout.trimEnd().split("\n");
      expect(lines.at(-1)).toBe("SigIgn:\t0000000000000000");
      expect(new Set(lines.slice(0, -1))).toEqual(new Set(["0", "1", "2", "3", number]));
    });

    it("stays the same process when it becomes another program", () => {
      expect(runScenario(host, "execveAsFirst").stdout).toBe("1\nThreads:\t1\n");
    });

    it("is as before when it could not become another program", () => {
      expect(resultOf(runScenario(host, "execveFails"))).toEqual({
        errors: ["ENOENT", "EACCES", "ENOENT", "EBADF", "EBADF", "EBADF"],
        same: true,
        exited: { kind: "exited", status: 0 },
      });
    });

    it("changes, gives up and takes a terminal", () => {
      expect(resultOf(runInTerminal(host, "terminal"))).toEqual({
        before: { echo: true, lines: true, signals: true },
        changed: { echo: false, lines: false, signals: true },
        restored: { echo: true, lines: true, signals: true },
        size: { columns: 0, rows: 0 },
        pending: 0,
        dropped: "ENXIO",
        taken: "nothing",
        session: "EPERM",
        none: "ENOTTY",
      });
      expect(resultOf(runScenario(host, "setsid"))).toBe(true);
    });

    it("tells the time and waits", () => {
      expect(resultOf(runScenario(host, "time"))).toEqual({
        near: true,
        slept: true,
        rejected: true,
        aborted: true,
        real: true,
      });
    });

    it("makes long calls beside each other and beside everything else", () => {
      expect(resultOf(runScenario(host, "aside"))).toEqual({
        answers: [0, 0, 0, 0, 0, 0, 0, 0],
        together: true,
        ticked: true,
      });
    });

    it("says why a module is not loaded", () => {
      const withoutModules = ["ENOSYS", "ENOSYS", "ENOSYS", "ENOSYS"];
      const withModules = ["ENOEXEC", "EBADF", "ENOEXEC", "ENOENT"];
      expect([withModules, withoutModules]).toContainEqual(resultOf(runScenario(host, "modules")));
    });

    it("loads modules from a working directory that was removed", () => {
      expect(["ENOSYS", "ENOEXEC"]).toContain(resultOf(runScenario(host, "removedDirectory")));
    });

    it("ends the machine; here, the namespace", () => {
      expect(runScenario(host, "reboot")).toMatchObject({ status: null, stdout: "" });
    });
  });
});
