import { describe, expect, it } from "@jest/globals";
import { FileKind, MountFlag, RebootCommand, errorCode, makedev } from "@earlyboot/linux-syscalls";
import { simulateLinux } from "@earlyboot/linux-syscalls/testing";

describe("calls", () => {
  it("shows what changes the machine as strace would", () => {
    const linux = simulateLinux({ files: { "/root/dev": { kind: "directory" } } });

    linux.mount({ source: "/dev", target: "/root/dev", flags: MountFlag.Move });
    linux.mount({ source: "tmpfs", target: "/run", type: "tmpfs", flags: 6, data: "mode=0755" });
    linux.chdir("/root");
    linux.umount2("/run");
    linux.mkdir("/root/new", 0o700);
    linux.mkdir("/root/usual");
    linux.mknod("null", FileKind.Character | 0o666, makedev(1, 3));
    linux.symlink("new", "/root/link");
    linux.link("null", "other");
    linux.rename("other", "third name");
    linux.chmod("null", 0o600);
    linux.chown("null", 1, 2);
    linux.unlink("null");
    linux.rmdir("new");
    linux.umask(0);
    linux.sync();
    linux.setsid();
    linux.reboot(RebootCommand.CtrlAltDelOff);

    expect(linux.calls).toEqual([
      "mount /dev /root/dev - 8192",
      "mount tmpfs /run tmpfs 6 mode=0755",
      "chdir /root",
      "umount2 /run 0",
      "mkdir /root/new 0700",
      "mkdir /root/usual 0777",
      "mknod null character 0666 1:3",
      "symlink new /root/link",
      "link null other",
      'rename other "third name"',
      "chmod null 0600",
      "chown null 1 2",
      "unlink null",
      "rmdir new",
      "umask 0000",
      "sync",
      "setsid",
      "reboot 0x0",
    ]);
  });

  it("shows descriptors as the paths that they were opened by", () => {
    const linux = simulateLinux({ files: { "/a/file": "1", "/a/sub": { kind: "directory" } } });

    const directory = linux.open("/a", { directory: true });
    const log = linux.open("/dev/kmsg", { access: "write" });
    const made = linux.openAt(directory, "new", { access: "write", create: true, mode: 0o600 });
    linux.write(log, new TextEncoder().encode("hello\n"));
    linux.write(log, Uint8Array.of(0xff, 0xfe));
    linux.dup2(made, 9);
    linux.unlinkAt(directory, "file");
    linux.unlinkAt(directory, "sub", "directory");
    linux.fchdir(directory);
    linux.createMemoryFile("tables");
    expect(() => linux.fchdir(77)).toThrow(expect.objectContaining({ code: "EBADF" }));

    expect(linux.calls).toEqual([
      "open /dev/kmsg write",
      "openat </a> new write create 0600",
      'write </dev/kmsg> "hello\\n"',
      "write </dev/kmsg> <2 bytes>",
      "dup2 <new> 9",
      "unlinkat </a> file",
      "unlinkat </a> sub directory",
      "fchdir </a>",
      "memfd_create tables",
      "fchdir <77> = EBADF",
    ]);
    expect(linux.kernelLog[0]).toBe("hello");
  });

  it("shows what is written, or how much", () => {
    const linux = simulateLinux();

    linux.writeFile("/a", "text\n");
    linux.writeFile("/a", "x".repeat(300), { how: "append" });
    linux.writeFile("/b", Uint8Array.of(0, 1, 2), { mode: 0o600, how: "exclusive" });
    linux.writeFile("/proc/sys/kernel/panic", "10", { create: false });

    expect(linux.calls).toEqual([
      'write /a "text\\n"',
      "write /a <300 bytes> append",
      "write /b <3 bytes> exclusive 0600",
      'write /proc/sys/kernel/panic "10" existing',
    ]);
    expect(linux.readText("/proc/sys/kernel/panic")).toBe("10\n");
  });

  it("shows a call that failed with its error", () => {
    const linux = simulateLinux();

    expect(() => linux.umount2("/mnt", 2)).toThrow(
      expect.objectContaining({ code: "EINVAL", syscall: "umount2", path: "/mnt" }),
    );
    expect(() => linux.rename("/no", "/other")).toThrow(
      "ENOENT: no such file or directory, rename '/no' -> '/other'",
    );

    expect(linux.calls).toEqual(["umount2 /mnt 2 = EINVAL", "rename /no /other = ENOENT"]);
  });

  it("leaves out what only looks, which the trace has, but not questions about the time", () => {
    const linux = simulateLinux({ now: 500 });

    linux.stat("/");
    linux.readDirectory("/");
    linux.readText("/proc/cmdline");
    linux.now();
    linux.realTime();
    linux.getpid();
    linux.close(linux.open("/proc/uptime"));

    expect(linux.calls).toEqual([]);
    expect(linux.trace.map(({ text }) => text)).toEqual([
      "stat /",
      "getdents64 /",
      "read /proc/cmdline",
      "open /proc/uptime read",
      "close </proc/uptime>",
    ]);
    expect(linux.trace[0]).toMatchObject({ index: 0, call: "stat", at: 500, changes: false });
  });
});

describe("failures", () => {
  it("fail every call that they fit", () => {
    const linux = simulateLinux({ failures: [{ call: "mkdir", error: "EROFS" }] });

    for (const path of ["/a", "/b"]) {
      expect(() => linux.mkdir(path)).toThrow(expect.objectContaining({ code: "EROFS", path }));
    }
    linux.writeFile("/c", "");
    expect(linux.calls).toContain("mkdir /a 0777 = EROFS");
  });

  it.each([
    [{ path: "/b" }, [false, true, false, false]],
    [{ path: /^\/[ab]$/ }, [true, true, false, true]],
    [{ nth: 2 }, [false, true, false, false]],
    [{ path: "/a", nth: 2 }, [false, false, false, true]],
    [{ index: 2 }, [false, false, true, false]],
    [{ call: "rmdir" }, [false, false, false, false]],
  ] as const)("fail the calls that fit %j", (failure, failed) => {
    const linux = simulateLinux({ failures: [{ error: "EIO", ...failure }] });

    const seen = ["/a", "/b", "/c", "/a"].map((path) => {
      try {
        linux.access(path, 0);
        return undefined;
      } catch (error) {
        return error;
      }
    });

    expect(seen.map((error) => errorCode(error) === "EIO")).toEqual(failed);
  });

  it("have to name an error that there is", () => {
    expect(() => simulateLinux({ failures: [{ error: "ENOETN" }] })).toThrow(
      "failures: ENOETN is no Linux error; did you mean ENOENT?",
    );
    expect(() => simulateLinux({ failures: [{ error: "nonsense" }] })).toThrow(
      "failures: nonsense is no Linux error",
    );
  });

  it("reach the reads of a block device", async () => {
    const linux = simulateLinux({
      devices: [{ name: "vda" }],
      failures: [{ call: "readBlockDevice", nth: 2, error: "EIO" }],
    });
    const device = await linux.openBlockDevice("/dev/vda");

    await expect(device.read(0n, 8)).resolves.toHaveLength(8);
    await expect(device.read(0n, 8)).rejects.toMatchObject({ code: "EIO", syscall: "pread" });
  });

  it("reject where a call gives a promise", async () => {
    const linux = simulateLinux({
      failures: [{ call: "spawn", error: "EAGAIN" }],
      programs: { "/bin/true": {} },
    });

    await expect(linux.spawn({ path: "/bin/true" })).rejects.toMatchObject({
      code: "EAGAIN",
      syscall: "execve",
    });
  });
});
