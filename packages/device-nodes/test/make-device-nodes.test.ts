import { describe, expect, it } from "@jest/globals";

import {
  essentialDeviceNodes,
  makeDeviceNodes,
  makeEssentialDeviceNodes,
} from "@earlyboot/device-nodes";
import { formatDeviceNumber, makedev } from "@earlyboot/linux-syscalls";
import { simulateLinux, type SimulatedLinux } from "@earlyboot/linux-syscalls/testing";

function status(linux: SimulatedLinux, path: string): string {
  const { mode, rdev } = linux.lstat(path);
  return `${mode.toString(8)} ${formatDeviceNumber(rdev)}`;
}

describe("makeEssentialDeviceNodes", () => {
  it("makes every node below the given root, whatever the umask", () => {
    const linux = simulateLinux({ files: { "/root": { kind: "directory" } } });
    linux.umask(0o077);

    const made = makeEssentialDeviceNodes(linux, { root: "/root/" });

    expect(made).toEqual(essentialDeviceNodes().map(({ name }) => `/root/dev/${name}`));
    expect(status(linux, "/root/dev")).toBe("40755 0:0");
    expect(status(linux, "/root/dev/null")).toBe("20666 1:3");
    expect(status(linux, "/root/dev/sda1")).toBe("60644 8:1");
    expect(status(linux, "/root/dev/log")).toBe("140666 0:0");
    expect(status(linux, "/root/dev/input")).toBe("40755 0:0");
    expect(linux.readLink("/root/dev/stderr")).toBe("/proc/self/fd/2");
    expect(linux.umask(0)).toBe(0o077);
  });

  it("makes them in /dev by default, and makes nothing the second time", () => {
    const linux = simulateLinux({ start: "bare" });

    expect(makeEssentialDeviceNodes(linux)).toContain("/dev/tty49");
    expect(makeEssentialDeviceNodes(linux)).toEqual([]);
  });

  it("gives block devices the numbers of the running kernel", () => {
    const linux = simulateLinux({
      files: { "/sys/class/block/vda1/dev": "254:1\n", "/sys/class/block/sda/dev": "8:0\n" },
    });

    makeEssentialDeviceNodes(linux, { root: "/run" });

    expect(status(linux, "/run/dev/vda1")).toBe("60644 254:1");
    expect(status(linux, "/run/dev/vda2")).toBe("60644 252:2");
  });

  it("makes the rest where a directory is something else", () => {
    const linux = simulateLinux({ files: { "/new/dev/input": "text" } });

    expect(() => makeEssentialDeviceNodes(linux, { root: "/new" })).toThrow(
      expect.objectContaining({
        code: "EEXIST",
        wrong: [{ path: "/new/dev/input", expected: "directory", found: "regular file" }],
      }),
    );
    expect(status(linux, "/new/dev/fuse")).toBe("20666 10:229");
  });

  it("keeps what is right, whatever its mode, and says what is wrong after making the rest", () => {
    const linux = simulateLinux({
      files: {
        "/new/dev/null": { kind: "character", device: makedev(1, 3), mode: 0o600 },
        "/new/dev/zero": { kind: "character", device: makedev(1, 6) },
        "/new/dev/full": "text",
        "/new/dev/fd": { kind: "link", target: "/elsewhere\u001b" },
        "/new/dev/sda": { kind: "character", device: makedev(8, 0) },
        "/new/dev/pts": { kind: "fifo" },
      },
    });

    expect(() => makeEssentialDeviceNodes(linux, { root: "/new" })).toThrow(
      expect.objectContaining({
        name: "DeviceNodeError",
        code: "EEXIST",
        message:
          "/new/dev/sda is a character device 8:0, not a block device 8:0; " +
          "/new/dev/pts is a fifo, not a directory; " +
          "/new/dev/zero is a character device 1:6, not a character device 1:5; " +
          "/new/dev/full is a regular file, not a character device 1:7; " +
          "/new/dev/fd is a symbolic link to /elsewhere\\x1b, not a symbolic link to /proc/self/fd. " +
          "Remove what should not be there, and try again.",
      }),
    );
    expect(status(linux, "/new/dev/null")).toBe("20600 1:3");
    expect(status(linux, "/new/dev/loop7")).toBe("60660 7:7");
  });

  it("gives the umask back when the kernel refuses", () => {
    const linux = simulateLinux({ failures: [{ call: "mknod", error: "EPERM" }] });
    linux.umask(0o027);

    expect(() => makeEssentialDeviceNodes(linux, { root: "/new" })).toThrow(
      expect.objectContaining({ code: "ENOENT" }),
    );
    expect(() => makeEssentialDeviceNodes(linux, { root: "/run" })).toThrow(
      expect.objectContaining({ code: "EPERM" }),
    );
    expect(linux.umask(0)).toBe(0o027);
  });
});

describe("makeDeviceNodes", () => {
  it("looks at the kernel's block devices only for block devices", () => {
    const linux = simulateLinux();
    const nodes = [{ name: "x", kind: "character", mode: 0o600, major: 10, minor: 7 }] as const;

    makeDeviceNodes(linux, nodes, { root: "/run" });

    expect(linux.trace.map(({ text }) => text).join("\n")).not.toContain("/sys");
  });
});
