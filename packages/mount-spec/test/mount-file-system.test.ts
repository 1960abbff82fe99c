import { describe, expect, it } from "@jest/globals";
import { simulateLinux, type SimulationOptions } from "@earlyboot/linux-syscalls/testing";
import {
  bindMount,
  fileSystem,
  mountFileSystem,
  type FileSystem,
  type FileSystemDeclaration,
} from "@earlyboot/mount-spec";

const scratch: FileSystemDeclaration = {
  device: { none: "scratch" },
  mountPoint: "/scratch",
  type: "tmpfs",
};

function bind(mountPoint: string, flags: FileSystem["flags"] = [], path = "/srv"): FileSystem {
  return fileSystem({
    device: { path },
    mountPoint,
    type: "none",
    flags: ["bind-mount", ...flags],
  });
}

/** A machine with a directory `/root`, and `/srv` beside it. */
function machine(options: SimulationOptions = {}) {
  return simulateLinux({
    ...options,
    files: {
      "/root/etc/hostname": "here\n",
      "/root/var": { kind: "link", target: "/real/var" },
      "/root/up": { kind: "link", target: "../../../outside" },
      "/root/loop": { kind: "link", target: "/loop" },
      "/srv/file": "text\n",
      "/outside": { kind: "directory" },
      ...options.files,
    },
  });
}

describe("mountFileSystem", () => {
  it("makes the mount point below the root and mounts with flags and options", () => {
    const linux = machine();
    const fs = fileSystem({ ...scratch, flags: ["no-suid", "no-dev"], options: "size=1m" });

    expect(mountFileSystem(linux, fs)).toBe("/root/scratch");
    expect(linux.calls).toEqual([
      "mkdir /root/scratch 0755",
      "mount scratch /root/scratch tmpfs 6 size=1m",
    ]);
  });

  it("makes all of the mount point that is missing", () => {
    const linux = machine();

    mountFileSystem(linux, fileSystem({ ...scratch, mountPoint: "//a/./b//c/" }), {
      root: "/root/",
    });

    expect(linux.calls).toEqual([
      "mkdir /root/a 0755",
      "mkdir /root/a/b 0755",
      "mkdir /root/a/b/c 0755",
      "mount scratch /root/a/b/c tmpfs 0",
    ]);
  });

  it("makes nothing where the mount point is there", () => {
    const linux = machine();

    mountFileSystem(linux, fileSystem({ ...scratch, mountPoint: "/" }), { root: "/root" });

    expect(linux.calls).toEqual(["mount scratch /root tmpfs 0"]);
  });

  it.each([
    ["an absolute link", "/var/log", "/root/real/var/log"],
    ["a link that climbs out", "/up/log", "/root/outside/log"],
    ["a link at the end", "/var", "/root/real/var"],
  ])("follows %s within the root", (_, mountPoint, target) => {
    const linux = machine();

    expect(mountFileSystem(linux, fileSystem({ ...scratch, mountPoint }))).toBe(target);
    expect(linux.mounts.at(-1)?.target).toBe(target);
    expect(linux.readDirectory("/outside")).toEqual([]);
  });

  it("takes the path of a device that the caller has found", () => {
    const linux = machine({ devices: [{ name: "vda", fileSystem: { type: "ext4" } }] });
    const fs = fileSystem({ device: { label: "data" }, mountPoint: "/data", type: "ext4" });

    mountFileSystem(linux, fs, { source: "/dev/vda" });

    expect(linux.calls.at(-1)).toBe("mount /dev/vda /root/data ext4 0");
  });

  it("refuses a device that has to be found first", () => {
    const fs = fileSystem({ device: { label: "data" }, mountPoint: "/data", type: "ext4" });

    expect(() => mountFileSystem(machine(), fs)).toThrow(
      /device is "LABEL=data": expected a path: find the device first.*declared at/,
    );
  });

  it.each([
    [{ nfs: { host: "fe80::1", path: "/a" } }, "nfs", "[fe80::1]:/a"],
    [{ tag: "share" }, "9p", "share"],
  ] as const)("passes %j on as mount(2) wants it", (device, type, source) => {
    const linux = machine({ shares: { [source]: {} } });

    mountFileSystem(linux, fileSystem({ device, mountPoint: "/a", type }));

    expect(linux.calls.at(-1)).toBe(`mount ${source} /root/a ${type} 0`);
  });

  it("binds first, and then makes the bind read-only with the flags that it has", () => {
    const linux = machine();
    linux.mount({ source: "s", target: "/srv", type: "tmpfs", flags: 2 | 8 | 1024 });

    mountFileSystem(linux, bind("/srv", ["read-only"]));

    expect(linux.calls.slice(-3)).toEqual([
      "mkdir /root/srv 0755",
      "mount /srv /root/srv - 4096",
      `mount - /root/srv - ${1 | 2 | 8 | 32 | 1024 | 4096}`,
    ]);
    expect(linux.mounts.at(-1)?.options).toBe("ro,nosuid,noexec,noatime");
  });

  it("lets a wanted rule for access times replace the one that the source has", () => {
    const linux = machine();
    linux.mount({ source: "s", target: "/srv", type: "tmpfs", flags: 1024 });

    mountFileSystem(linux, bind("/srv", ["relative-atime"]));

    expect(linux.mounts.at(-1)?.options).toBe("rw,relatime");
  });

  it("makes what is mounted below a recursive bind read-only too, each with its own flags", () => {
    const linux = machine({ files: { "/srv/a b/c": { kind: "directory" } } });
    linux.mount({ source: "a", target: "/srv/a b", type: "tmpfs", flags: 4 });
    linux.mkdir("/srv/a b/c");
    linux.mount({ source: "c", target: "/srv/a b/c", type: "tmpfs", flags: 8 });

    mountFileSystem(linux, bind("/srv", ["read-only", "recursive"]));

    const mounted = linux.mounts.filter(({ target }) => target.startsWith("/root"));
    expect(mounted.map(({ target, options }) => [target, options])).toEqual([
      ["/root/srv", expect.stringMatching(/^ro/)],
      ["/root/srv/a b", expect.stringMatching(/^ro,nodev/)],
      ["/root/srv/a b/c", expect.stringMatching(/^ro,noexec/)],
    ]);
    const sources = linux.mounts.filter(({ target }) => target.startsWith("/srv/"));
    expect(sources.map(({ options }) => options.slice(0, 2))).toEqual(["rw", "rw"]);
  });

  it("makes a file to bind a file on", () => {
    const linux = machine();

    mountFileSystem(linux, bind("/a/file", [], "/srv/file"));

    expect(linux.calls.slice(0, 2)).toEqual([
      "mkdir /root/a 0755",
      expect.stringContaining("/root/a/file"),
    ]);
    expect(linux.readText("/root/a/file")).toBe("text\n");
  });

  it("changes the propagation in calls of their own", () => {
    const linux = machine();

    mountFileSystem(linux, bind("/srv", ["shared", "slave", "recursive"]));

    expect(linux.calls.slice(-3)).toEqual([
      `mount /srv /root/srv - ${4096 | 16384}`,
      `mount - /root/srv - ${(1 << 19) | 16384}`,
      `mount - /root/srv - ${(1 << 20) | 16384}`,
    ]);
  });

  it("remounts", () => {
    const linux = machine();
    mountFileSystem(linux, fileSystem(scratch));

    mountFileSystem(linux, fileSystem({ ...scratch, flags: ["remount", "read-only"] }));

    expect(linux.calls.at(-1)).toBe("mount scratch /root/scratch tmpfs 33");
    expect(linux.mounts.at(-1)?.options).toMatch(/^ro/);
  });

  it("remounts a bind without binding again", () => {
    const linux = machine();
    mountFileSystem(linux, bind("/srv"));
    const before = linux.mounts.length;

    mountFileSystem(linux, bind("/srv", ["remount", "read-only"]));

    expect(linux.mounts).toHaveLength(before);
    expect(linux.mounts.at(-1)?.options).toMatch(/^ro/);
  });

  it("leaves nothing mounted when a bind cannot be made read-only", () => {
    const linux = machine({
      failures: [{ call: "mount", path: "/root/srv", nth: 2, error: "EPERM" }],
    });
    const before = linux.mounts;

    expect(() => mountFileSystem(linux, bind("/srv", ["read-only"]))).toThrow(
      expect.objectContaining({ code: "EPERM", operation: "remount", target: "/root/srv" }),
    );
    expect(linux.mounts).toEqual(before);
  });

  it("says what was tried, what the system answered, why, and where it was declared", () => {
    const linux = machine({ withoutFileSystems: ["xfs"] });
    const location = { file: "/etc/fstab", line: 3, column: 1 };
    const fs = fileSystem({
      device: { path: "/dev/vda" },
      mountPoint: "/data",
      type: "xfs",
      flags: ["no-suid"],
      options: "x\u001b",
      location,
    });

    expect(() => mountFileSystem(linux, fs)).toThrow(
      expect.objectContaining({
        name: "MountError",
        code: "ENODEV",
        operation: "mount",
        source: "/dev/vda",
        target: "/root/data",
        type: "xfs",
        flags: 2,
        options: "x\u001b",
        message:
          'mount "/dev/vda" on "/root/data" (type xfs, no-suid, options "x\\x1b"): ' +
          "ENODEV: no such device, mount '/root/data' (declared at /etc/fstab:3:1); " +
          "the kernel does not know the type xfs: load the module fs-xfs",
      }),
    );
  });

  it.each([
    ["ELOOP", "/loop/x", /symbolic links lead in a circle/],
    ["ENOTDIR", "/etc/hostname/x", /a file is on the way/],
  ])("names %s on the way to the mount point", (code, mountPoint, words) => {
    const fs = fileSystem({ ...scratch, mountPoint });

    expect(() => mountFileSystem(machine(), fs)).toThrow(
      expect.objectContaining({
        code,
        operation: "make the mount point",
        message: expect.stringMatching(words),
      }),
    );
  });

  it("quotes the kernel's last line about a superblock that it refuses", () => {
    const log = [
      "6,1,100,-;XFS (vda): Mounting V5 Filesystem\n",
      "3,2,200,-;EXT4-fs (vda): VFS: Can't find ext4 filesystem\n SUBSYSTEM=block\n",
      "3,3,300,-;EXT4-fs (vda1): something else\n",
      "12,4,400,-;vda: what user space says\n",
    ];
    const records = log.map((record) => new TextEncoder().encode(record));
    const linux = machine({ failures: [{ call: "mount", error: "EINVAL" }] });
    const fs = fileSystem({ device: { path: "/dev/vda" }, mountPoint: "/a", type: "ext4" });

    const action = (): unknown =>
      mountFileSystem(
        {
          ...linux,
          open: () => 5,
          close: () => undefined,
          read: (_, buffer) => {
            const record = records.shift() ?? new Uint8Array();
            buffer.set(record);
            return record.length;
          },
        },
        fs,
      );

    expect(action).toThrow(
      /not ext4, or .*; the kernel's last line about it: EXT4-fs \(vda\): VFS: Can't find ext4/,
    );
  });

  it.each(["lstat", "mkdir", "mount", "statfs", "readText"] as const)(
    "gives a MountError, and mounts nothing, when %s fails",
    (call) => {
      const linux = machine({ failures: [{ call, error: "EIO" }] });
      const before = linux.mounts;

      expect(() => mountFileSystem(linux, bind("/srv", ["read-only", "recursive"]))).toThrow(
        expect.objectContaining({ name: "MountError", code: "EIO" }),
      );
      expect(linux.mounts).toEqual(before);
    },
  );
});

describe("bindMount", () => {
  it("is the plain call", () => {
    const linux = machine();

    bindMount(linux, "/srv", "/outside");

    expect(linux.calls).toEqual(["mount /srv /outside - 4096"]);
    expect(linux.readText("/outside/file")).toBe("text\n");
  });

  it("says what failed", () => {
    expect(() => bindMount(machine(), "/srv", "/missing")).toThrow(
      /^bind "\/srv" on "\/missing" \(bind-mount\): ENOENT: .*; \/srv or the mount point is missing/,
    );
  });
});
