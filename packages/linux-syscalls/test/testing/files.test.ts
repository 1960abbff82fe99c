import { describe, expect, it } from "@jest/globals";
import { FileSystemMagic, makedev } from "@earlyboot/linux-syscalls";
import { elfFile, simulateLinux } from "@earlyboot/linux-syscalls/testing";

describe("files", () => {
  it("are planted with everything that describes them", () => {
    const linux = simulateLinux({
      files: {
        "/etc/text": "text",
        "/etc/bytes": Uint8Array.of(1, 2),
        "/etc/shadow": { kind: "file", content: "secret", mode: 0o600, uid: 1, gid: 2 },
        "/etc/empty": { kind: "file" },
        "/private": { kind: "directory", mode: 0o700, uid: 3 },
        "/private/in": "",
        "/link": { kind: "link", target: "etc/text" },
        "/pipe": { kind: "fifo" },
        "/log": { kind: "socket" },
        "/disk": { kind: "block", device: makedev(8, 0) },
        "/zero": { kind: "character", device: makedev(1, 5), mode: 0o666 },
        "/sbin/tool": { kind: "file", program: {} },
      },
    });
    const modeOf = (path: string): string => linux.lstat(path).mode.toString(8);

    expect(linux.readText("/link")).toBe("text");
    expect([...linux.readFile("/etc/bytes")]).toEqual([1, 2]);
    expect(linux.stat("/etc/shadow")).toMatchObject({ uid: 1, gid: 2, size: 6n });
    expect(["/etc/shadow", "/private", "/pipe", "/log", "/disk", "/zero"].map(modeOf)).toEqual([
      "100600",
      "40700",
      "10644",
      "140755",
      "60660",
      "20666",
    ]);
    expect(linux.stat("/private").uid).toBe(3);
    expect(linux.stat("/disk").rdev).toBe(makedev(8, 0));
    expect(modeOf("/sbin/tool")).toBe("100755");
    expect([...linux.readFile("/sbin/tool").subarray(0, 4)]).toEqual([0x7f, 0x45, 0x4c, 0x46]);
  });

  it("below /proc, /sys and /dev go where they are seen", () => {
    const linux = simulateLinux({
      files: { "/proc/cmdline": "mine\n", "/sys/class/x/y": "1\n", "/dev/mine": "here" },
    });

    expect(linux.readText("/proc/cmdline")).toBe("mine\n");
    expect(linux.readText("/sys/class/x/y")).toBe("1\n");
    expect(linux.readText("/dev/mine")).toBe("here");
    expect(linux.stat("/dev/mine").device).toBe(linux.stat("/dev/null").device);
  });

  it("of a bare machine are those of the image", () => {
    const linux = simulateLinux({ start: "bare", files: { "/dev/mine": "image" } });

    expect(linux.mounts).toEqual([{ source: "none", target: "/", type: "rootfs", options: "rw" }]);
    expect(linux.readDirectory("/dev").map(({ name }) => name)).toEqual([
      "console",
      "mine",
      "null",
    ]);
    expect(linux.readDirectory("/proc")).toEqual([]);
    linux.mount({ source: "devtmpfs", target: "/dev", type: "devtmpfs", data: "mode=0755" });
    expect(() => linux.stat("/dev/mine")).toThrow(expect.objectContaining({ code: "ENOENT" }));
    expect(linux.stat("/dev/null").rdev).toBe(makedev(1, 3));
  });

  it.each([
    ["tmpfs", FileSystemMagic.Tmpfs],
    ["ramfs", FileSystemMagic.Ramfs],
  ] as const)("of an initramfs that is a %s", (rootType, magic) => {
    expect(simulateLinux({ rootType }).statfs("/").type).toBe(magic);
  });

  it("cannot be replaced at the root, before Linux 7.0", () => {
    const linux = simulateLinux();
    linux.mount({ source: "t", target: "/root", type: "tmpfs" });

    expect(() => linux.pivotRoot("/root", "/root")).toThrow(
      expect.objectContaining({ code: "EINVAL" }),
    );
  });

  it("can be replaced at the root, on nullfs", () => {
    const linux = simulateLinux({ nullfs: true });
    linux.mount({ source: "t", target: "/root", type: "tmpfs" });
    linux.chdir("/root");

    linux.pivotRoot(".", ".");
    linux.umount2(".", 2);

    expect(linux.mounts.map(({ type, target }) => `${type} ${target}`)).toEqual(["tmpfs /"]);
  });

  it("of the machine can be unmounted only to become read-only", () => {
    const linux = simulateLinux();

    linux.umount2("/");

    expect(() => linux.mkdir("/new")).toThrow(expect.objectContaining({ code: "EROFS" }));
  });
});

describe("procfs", () => {
  it("tells about the machine", () => {
    const linux = simulateLinux({
      commandLine: "root=/dev/vda quiet",
      release: "6.1.0-test",
      memory: 512 * 2 ** 20,
      devices: [{ name: "vda", size: 2 ** 20 }],
      now: 12_340,
    });

    expect(linux.readText("/proc/cmdline")).toBe("root=/dev/vda quiet\n");
    expect(linux.readText("/proc/sys/kernel/osrelease")).toBe("6.1.0-test\n");
    expect(linux.readText("/proc/meminfo")).toContain("MemTotal:         524288 kB\n");
    expect(linux.readText("/proc/uptime")).toBe("12.34 0.00\n");
    expect(linux.readText("/proc/partitions")).toContain(" 252        0       1024 vda\n");
    expect(linux.readText("/proc/filesystems")).toContain("nodev\ttmpfs\n");
    expect(linux.readText("/proc/filesystems")).toContain("\text4\n");
    expect(linux.readText("/proc/consoles")).toContain("ttyS0");
  });

  it("tells about mounts, with what is odd in their names escaped", () => {
    const linux = simulateLinux({ files: { "/a b": { kind: "directory" } } });
    linux.mount({ source: "x#y", target: "/a b", type: "tmpfs", flags: 1, data: "size=1m" });

    expect(linux.readText("/proc/mounts")).toContain(
      "x\\043y /a\\040b tmpfs ro,relatime,size=1024k 0 0\n",
    );
    expect(linux.readText("/proc/self/mountinfo")).toMatch(
      /^\d+ 1 0:\d+ \/ \/a\\040b ro,relatime - tmpfs x\\043y ro,size=1024k$/m,
    );
  });

  it("tells about open files", () => {
    const linux = simulateLinux({ files: { "/etc/x": "" } });
    const file = linux.open("/etc/x");
    const memory = linux.createMemoryFile("m");

    expect(linux.readLink("/proc/self/fd/0")).toBe("/dev/console");
    expect(linux.readLink(`/proc/self/fd/${file}`)).toBe("/etc/x");
    expect(linux.readLink(`/proc/1/fd/${memory}`)).toBe("/memfd:m (deleted)");
    linux.close(file);
    expect(() => linux.readLink(`/proc/self/fd/${file}`)).toThrow(
      expect.objectContaining({ code: "ENOENT" }),
    );
  });
});

describe("generated files", () => {
  it("of sysfs remember what is written to them", () => {
    const linux = simulateLinux();

    linux.writeFile("/sys/power/resume", "8:1\n", { create: false });

    expect(linux.readText("/sys/power/resume")).toBe("8:1\n");
    expect(() => linux.writeFile("/sys/class/tty/console/active", "x")).toThrow("EIO");
  });

  it("of random bytes are alike on each machine", () => {
    const read = (): Uint8Array => {
      const linux = simulateLinux();
      const bytes = new Uint8Array(64);
      linux.read(linux.open("/dev/urandom"), bytes);
      return bytes;
    };

    expect(new Set(read()).size).toBeGreaterThan(16);
    expect(read()).toEqual(read());
  });
});

describe("EFI variables", () => {
  const name = "BootCurrent-8be4df61-93ca-11d2-aa0d-00e098032b8c";
  const path = "/sys/firmware/efi/efivars";

  it("are not there on a machine without", () => {
    const linux = simulateLinux();

    expect(() => linux.stat("/sys/firmware/efi")).toThrow("ENOENT");
    expect(() => linux.mount({ source: "e", target: "/mnt", type: "efivarfs" })).toThrow(
      expect.objectContaining({ code: "ENODEV" }),
    );
  });

  it("are immutable until the flag is taken away, and take only names of their kind", () => {
    const linux = simulateLinux({ efiVariables: { [name]: Uint8Array.of(6, 0, 0, 0, 1) } });
    linux.mount({ source: "efivarfs", target: path, type: "efivarfs" });
    const write = (): void => linux.writeFile(`${path}/${name}`, Uint8Array.of(7, 0, 0, 0, 2));

    expect([...linux.readFile(`${path}/${name}`)]).toEqual([6, 0, 0, 0, 1]);
    expect(write).toThrow(expect.objectContaining({ code: "EPERM" }));
    linux.setImmutable(`${path}/${name}`, false);
    write();
    expect(() => linux.writeFile(`${path}/odd`, "x")).toThrow(
      expect.objectContaining({ code: "EINVAL" }),
    );
    const other = `${path}/Mine-8be4df61-93ca-11d2-aa0d-00e098032b8c`;
    linux.writeFile(other, Uint8Array.of(7, 0, 0, 0, 1));
    expect(() => linux.unlink(other)).toThrow(expect.objectContaining({ code: "EPERM" }));
    linux.setImmutable(other, false);
    linux.unlink(other);
    expect(linux.readDirectory(path).map((entry) => entry.name)).toEqual([name]);
  });
});

describe("shares", () => {
  it("are mounted by their tag", () => {
    const linux = simulateLinux({ shares: { host: { "/file": "shared" } } });
    const mount = (source: string, type: string): void =>
      linux.mount({ source, target: "/mnt", type, data: "trans=virtio" });

    expect(() => mount("other", "9p")).toThrow(expect.objectContaining({ code: "ENOENT" }));
    expect(() => mount("other", "virtiofs")).toThrow(expect.objectContaining({ code: "EINVAL" }));
    mount("host", "9p");

    expect(linux.readText("/mnt/file")).toBe("shared");
  });
});

describe("elfFile", () => {
  it("names its interpreter, which has to be there for it to run", async () => {
    const content = elfFile({ interpreter: "/lib/ld.so" });
    const files = { "/bin/x": { kind: "file", content, mode: 0o755 } } as const;

    expect(new TextDecoder().decode(content)).toContain("/lib/ld.so\0");
    await expect(simulateLinux({ files }).spawn({ path: "/bin/x" })).rejects.toMatchObject({
      code: "ENOENT",
    });
    const whole = simulateLinux({ files: { ...files, "/lib/ld.so": "" } });
    await expect(whole.spawn({ path: "/bin/x" })).resolves.toMatchObject({ pid: 101 });
  });
});
