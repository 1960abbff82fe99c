import { describe, expect, it } from "@jest/globals";
import { formatDeviceNumber, makedev } from "@earlyboot/linux-syscalls";
import {
  type BlockDeviceDescription,
  type FileSystemContent,
  type SimulatedLinux,
  simulateLinux,
  superblockBytes,
} from "@earlyboot/linux-syscalls/testing";

const root: FileSystemContent = { type: "ext4", label: "root", files: { "/etc/x": "disk" } };

function mount(linux: SimulatedLinux, type: string, flags = 0, data: string | null = null): void {
  linux.mount({ source: "/dev/vda", target: "/mnt", type, flags, data });
}

function withDisk(disk: Partial<BlockDeviceDescription> = {}): SimulatedLinux {
  return simulateLinux({ devices: [{ name: "vda", fileSystem: root, ...disk }] });
}

const withCode = (code: string): unknown => expect.objectContaining({ code });

describe("a block device", () => {
  it("shows its file system when it is mounted as what it is", () => {
    const linux = withDisk();

    expect(() => mount(linux, "xfs")).toThrow(withCode("EINVAL"));
    expect(() => mount(linux, "zfs")).toThrow(withCode("ENODEV"));
    mount(linux, "ext4", 1);

    expect(linux.readText("/mnt/etc/x")).toBe("disk");
    expect(linux.stat("/mnt").device).toBe(makedev(252, 0));
    expect(linux.mounts.at(-1)).toEqual({
      source: "/dev/vda",
      target: "/mnt",
      type: "ext4",
      options: "ro,relatime",
    });
  });

  it("keeps what was written when it is mounted again", () => {
    const linux = withDisk();
    mount(linux, "ext4");
    linux.writeFile("/mnt/new", "kept");
    linux.umount2("/mnt");

    mount(linux, "ext4");

    expect(linux.readText("/mnt/new")).toBe("kept");
  });

  it("is one file system wherever it is mounted, and all of it writable or not", () => {
    const linux = withDisk();
    mount(linux, "ext4");
    linux.mkdir("/other");
    const again = (flags: number): void =>
      linux.mount({ source: "/dev/vda", target: "/other", type: "ext4", flags });

    expect(() => again(1)).toThrow(withCode("EBUSY"));
    again(0);
    linux.writeFile("/other/new", "x");

    expect(linux.readText("/mnt/new")).toBe("x");
  });

  it.each([
    ["ext2 by ext4's driver", { type: "ext2" }, "ext4", 0, "done"],
    ["ext4 by ext3's driver", { type: "ext4" }, "ext3", 0, "EINVAL"],
    ["a squashfs, read-only by itself", { type: "squashfs" }, "squashfs", 0, "done"],
    ["an ISO image without read-only", { type: "iso9660" }, "iso9660", 0, "EACCES"],
    ["an ISO image read-only", { type: "iso9660" }, "iso9660", 1, "done"],
    ["a damaged one", { type: "ext4", failure: "EUCLEAN" }, "ext4", 0, "EUCLEAN"],
  ] as const)("mounts %s", (_, fileSystem, type, flags, answer) => {
    const linux = withDisk({ fileSystem });

    const seen = attempt(() => mount(linux, type, flags));

    expect(seen).toBe(answer);
  });

  it.each([
    ["options that it knows", "errors=remount-ro", "done"],
    ["options that it does not know", "nosuch", "EINVAL"],
  ] as const)("takes %s", (_, data, answer) => {
    const linux = withDisk({ fileSystem: { ...root, options: ["errors"] } });

    expect(attempt(() => mount(linux, "ext4", 0, data))).toBe(answer);
    expect(attempt(() => mount(linux, "ext4", 32, data))).toBe(
      answer === "done" ? "done" : "EINVAL",
    );
  });

  it("that is read-only is mounted read-only or not at all", () => {
    const linux = withDisk({ readOnly: true });

    expect(() => mount(linux, "ext4")).toThrow(withCode("EACCES"));
    mount(linux, "ext4", 1);
    expect(() => mount(linux, "ext4", 32)).toThrow(withCode("EACCES"));
    expect(() => linux.open("/dev/vda", { access: "write" })).toThrow(withCode("EACCES"));
    expect(linux.readText("/sys/class/block/vda/ro")).toBe("1\n");
  });

  it("without a file system mounts as nothing", () => {
    const linux = simulateLinux({ devices: [{ name: "vda" }] });

    expect(() => mount(linux, "ext4")).toThrow(withCode("EINVAL"));
  });

  it("is read by its bytes, and written", async () => {
    const content = Uint8Array.from({ length: 1000 }, (_, i) => i & 0xff);
    const linux = simulateLinux({ devices: [{ name: "vda", content, sectorSize: 4096 }] });

    const device = await linux.openBlockDevice("/dev/vda");

    expect(device).toMatchObject({ size: 1000n, sectorSize: 4096 });
    expect([...(await device.read(254n, 4))]).toEqual([254, 255, 0, 1]);
    expect(await device.read(998n, 100)).toHaveLength(2);
    expect(await device.read(5000n, 10)).toHaveLength(0);
    device.close();
    const file = linux.open("/dev/vda", { access: "read-write" });
    linux.write(file, Uint8Array.of(9, 9));
    expect([...linux.readFile("/dev/vda").subarray(0, 4)]).toEqual([9, 9, 2, 3]);
    expect(() => linux.write(file, new Uint8Array(1000))).toThrow(withCode("ENOSPC"));
  });

  it("can be big without costing memory", async () => {
    const extents = [{ offset: 2 ** 40, bytes: Uint8Array.of(7) }];
    const linux = simulateLinux({ devices: [{ name: "sdb", size: 2 ** 41, content: extents }] });

    const device = await linux.openBlockDevice("/dev/sdb");

    expect(device.size).toBe(2n ** 41n);
    expect([...(await device.read(2n ** 40n - 1n, 3))]).toEqual([0, 7, 0]);
  });

  it.each(["ENOMEDIUM", "ENXIO"])("that fails with %s does not open", async (failure) => {
    const linux = withDisk({ failure });

    await expect(linux.openBlockDevice("/dev/vda")).rejects.toMatchObject({ code: failure });
    expect(() => mount(linux, "ext4")).toThrow(withCode(failure));
    linux.changeDevice("vda", { failure: null });
    mount(linux, "ext4");
  });

  it("that fails with EIO opens, and fails to read", async () => {
    const linux = withDisk();
    const device = await linux.openBlockDevice("/dev/vda");

    linux.changeDevice("vda", { failure: "EIO" });

    await expect(device.read(0n, 512)).rejects.toMatchObject({ code: "EIO", path: "/dev/vda" });
    expect(linux.trace.at(-1)?.text).toBe("pread /dev/vda 0 512");
  });

  it("opens only as what it is", async () => {
    const linux = withDisk();

    await expect(linux.openBlockDevice("/dev/null")).rejects.toMatchObject({ code: "ENOTBLK" });
    await expect(linux.openBlockDevice("/dev/no")).rejects.toMatchObject({ code: "ENOENT" });
    linux.writeFile("/image", "bytes");
    const image = await linux.openBlockDevice("/image");
    expect([image.size, new TextDecoder().decode(await image.read(1n, 3))]).toEqual([5n, "yte"]);
  });
});

function attempt(action: () => void): unknown {
  try {
    action();
    return "done";
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

describe("devices in sysfs", () => {
  it("tell numbers, sizes and partitions", () => {
    const linux = simulateLinux({
      devices: [
        {
          name: "nvme0n1",
          size: 2 ** 30,
          parent: "/devices/pci0000:00/0000:00:04.0/nvme/nvme0",
          partitions: [
            { number: 1, start: 2 ** 20, size: 2 ** 29, label: "root", uuid: "abcd-01" },
            { number: 2, fileSystem: { type: "swap" } },
          ],
        },
        { name: "cciss!c0d0", removable: true },
      ],
    });
    const read = (path: string): string => linux.readText(`/sys/class/block/${path}`).trim();

    expect(linux.readDirectory("/sys/class/block").map(({ name }) => name)).toEqual([
      "cciss!c0d0",
      "nvme0n1",
      "nvme0n1p1",
      "nvme0n1p2",
    ]);
    expect(read("nvme0n1/size")).toBe(String(2 ** 21));
    expect([read("nvme0n1p1/partition"), read("nvme0n1p1/start")]).toEqual(["1", "2048"]);
    expect(read("nvme0n1p1/uevent")).toBe(
      "MAJOR=259\nMINOR=1\nDEVNAME=nvme0n1p1\nDEVTYPE=partition\nPARTN=1\nPARTNAME=root\nPARTUUID=abcd-01",
    );
    expect(linux.readLink("/sys/class/block/nvme0n1p1")).toBe(
      "../../devices/pci0000:00/0000:00:04.0/nvme/nvme0/block/nvme0n1/nvme0n1p1",
    );
    expect(linux.readText("/sys/dev/block/259:1/partition")).toBe("1\n");
    expect(formatDeviceNumber(linux.stat("/dev/cciss/c0d0").rdev)).toBe(read("cciss!c0d0/dev"));
    expect(read("cciss!c0d0/removable")).toBe("1");
    expect(read("nvme0n1/queue/logical_block_size")).toBe("512");
  });

  it.each([
    ["sda", "8:0"],
    ["sdc", "8:32"],
    ["vdb", "252:16"],
    ["sr1", "11:1"],
    ["loop7", "7:7"],
    ["dm-3", "253:3"],
    ["md127", "9:127"],
    ["mmcblk1", "179:8"],
    ["nbd2", "43:32"],
    ["other", "259:0"],
  ])("number %s as %s", (name, number) => {
    const linux = simulateLinux({ devices: [{ name }] });

    expect(linux.readText(`/sys/class/block/${name}/dev`)).toBe(`${number}\n`);
  });

  it("take a number of their own", () => {
    const linux = simulateLinux({ devices: [{ name: "vda", device: makedev(254, 0) }] });

    expect(linux.stat("/dev/vda").rdev).toBe(makedev(254, 0));
  });

  it("show their part of the disk as partitions", async () => {
    const content = new Uint8Array(4096).fill(1, 1024).fill(2, 2048);
    const partitions = [{ number: 1, start: 1024, size: 1024 }];
    const linux = simulateLinux({ devices: [{ name: "sda", content, partitions }] });

    const partition = await linux.openBlockDevice("/dev/sda1");
    const file = linux.open("/dev/sda1", { access: "write" });
    linux.write(file, Uint8Array.of(5));

    expect([partition.size, new Set(await partition.read(0n, 4096))]).toEqual([
      1024n,
      new Set([5, 1]),
    ]);
    expect(linux.readFile("/dev/sda")[1024]).toBe(5);
  });
});

describe("uevents", () => {
  it("tell of devices that appear, change and vanish, in simulated time", async () => {
    const linux = simulateLinux({
      now: 0,
      devices: [
        { name: "vdz" },
        {
          name: "vda",
          appears: 5000,
          changes: [{ at: 6000, size: 2 ** 20, readOnly: true }],
          vanishes: 7000,
          partitions: [{ number: 1 }],
        },
      ],
    });
    const uevents = linux.openUevents();
    const seen: string[] = [];

    for (let count = 0; count < 5;) {
      const { events, overflow, closed } = await uevents.next();
      count += events.length;
      seen.push(
        ...events.map(
          ({ action, properties }) => `${linux.now()} ${action} ${properties["DEVNAME"]}`,
        ),
      );
      expect([overflow, closed]).toEqual([false, false]);
    }

    expect(seen).toEqual([
      "5000 add vda",
      "5000 add vda1",
      "6000 change vda",
      "7000 remove vda1",
      "7000 remove vda",
    ]);
    expect(() => linux.stat("/dev/vda")).toThrow(withCode("ENOENT"));
    expect(() => linux.stat("/sys/class/block/vda1")).toThrow(withCode("ENOENT"));
    expect(() => linux.stat("/sys/dev/block/252:0")).toThrow(withCode("ENOENT"));
  });

  it("carry all that the kernel tells", async () => {
    const linux = simulateLinux();
    const uevents = linux.openUevents();

    linux.addDevice({ name: "sda" });

    expect((await uevents.next()).events).toEqual([
      {
        action: "add",
        devpath: "/devices/platform/simulated/block/sda",
        properties: {
          ACTION: "add",
          DEVPATH: "/devices/platform/simulated/block/sda",
          SUBSYSTEM: "block",
          MAJOR: "8",
          MINOR: "0",
          DEVNAME: "sda",
          DEVTYPE: "disk",
          SEQNUM: linux.readText("/sys/kernel/uevent_seqnum").trim(),
        },
      },
    ]);
  });

  it("are sent again when somebody asks in sysfs", async () => {
    const linux = simulateLinux({
      hardware: [
        {
          devpath: "/devices/pci0000:00/0000:00:03.0",
          subsystem: "pci",
          properties: { MODALIAS: "pci:v00001AF4d00001000" },
        },
      ],
    });
    const uevents = linux.openUevents();

    expect(linux.readText("/sys/devices/pci0000:00/0000:00:03.0/modalias")).toBe(
      "pci:v00001AF4d00001000\n",
    );
    linux.writeFile("/sys/bus/pci/devices/0000:00:03.0/uevent", "add\n", { create: false });

    const { events } = await uevents.next();
    expect(events[0]?.properties).toMatchObject({
      SUBSYSTEM: "pci",
      MODALIAS: "pci:v00001AF4d00001000",
    });
  });

  it("that come too fast are lost, which is told", async () => {
    const linux = simulateLinux({ ueventCapacity: 2 });
    const uevents = linux.openUevents();

    for (const name of ["sda", "sdb", "sdc"]) linux.addDevice({ name });

    expect(await uevents.next()).toMatchObject({ events: { length: 2 }, overflow: true });
    linux.overflowUevents();
    expect(await uevents.next()).toEqual({ events: [], overflow: true, closed: false });
    linux.removeDevice("sda");
    expect(await uevents.next()).toMatchObject({ events: { length: 1 }, overflow: false });
  });

  it("end when the subscription is closed, or the wait is given up", async () => {
    const linux = simulateLinux();
    const uevents = linux.openUevents();
    const controller = new AbortController();

    const given = uevents.next(controller.signal);
    controller.abort("stop");
    await expect(given).rejects.toBe("stop");
    const waiting = uevents.next();
    uevents.close();

    expect(await waiting).toEqual({ events: [], overflow: false, closed: true });
    expect(await uevents.next()).toMatchObject({ closed: true });
  });

  it("reach every subscriber, also for hardware that is plugged in", async () => {
    const linux = simulateLinux();
    const [first, second] = [linux.openUevents(), linux.openUevents()];

    linux.addHardware({ devpath: "/devices/usb1", subsystem: "usb", properties: {} });

    for (const source of [first, second]) {
      expect((await source.next()).events[0]).toMatchObject({ devpath: "/devices/usb1" });
    }
  });

  it("do not come for devices that are not there", () => {
    const linux = simulateLinux();

    linux.changeDevice("sdx", { size: 1 });
    linux.removeDevice("sdx");

    expect(linux.readText("/sys/kernel/uevent_seqnum")).toBe(
      simulateLinux().readText("/sys/kernel/uevent_seqnum"),
    );
  });
});

describe("a changed device", () => {
  it("holds another file system", () => {
    const linux = withDisk();

    linux.changeDevice("vda", { fileSystem: { type: "xfs", files: { "/new": "" } } });
    mount(linux, "xfs");

    expect(linux.readDirectory("/mnt").map(({ name }) => name)).toEqual(["new"]);
  });
});

describe("loop devices", () => {
  const image = { kind: "file", image: { type: "ext4", files: { "/in": "image" } } } as const;

  it("show the file system of an image file", () => {
    const linux = simulateLinux({ files: { "/image": image } });

    const device = linux.attachLoop({ file: "/image", readOnly: false });
    linux.mount({ source: device, target: "/mnt", type: "ext4" });

    expect(device).toBe("/dev/loop0");
    expect(linux.readText("/mnt/in")).toBe("image");
    expect(linux.calls[0]).toBe("ioctl LOOP_CONFIGURE /image rw 0");
  });

  it("hold the file system that the file is on", () => {
    const linux = simulateLinux();
    linux.mount({ source: "t", target: "/mnt", type: "tmpfs" });
    linux.writeFile("/mnt/image", new Uint8Array(2048).fill(3));

    const device = linux.attachLoop({ file: "/mnt/image", readOnly: true, offset: 1024n });

    expect(() => linux.umount2("/mnt")).toThrow(withCode("EBUSY"));
    expect(linux.readFile(device)).toEqual(new Uint8Array(1024).fill(3));
    linux.detachLoop(device);
    linux.umount2("/mnt");
    expect(() => linux.stat(device)).toThrow(withCode("ENOENT"));
  });

  it("go when they are unmounted, if they are let go before", () => {
    const linux = simulateLinux({ files: { "/image": image } });
    const device = linux.attachLoop({ file: "/image", readOnly: false });
    linux.mount({ source: device, target: "/mnt", type: "ext4" });

    linux.detachLoop(device);
    expect(linux.stat(device).rdev).toBe(makedev(7, 0));
    linux.umount2("/mnt");

    expect(() => linux.stat(device)).toThrow(withCode("ENOENT"));
  });

  it("take the first free number, and write to the file", () => {
    const linux = simulateLinux({ devices: [{ name: "loop0" }], files: { "/file": "12345678" } });

    const device = linux.attachLoop({ file: "/file", readOnly: false });
    linux.write(linux.open(device, { access: "write" }), new TextEncoder().encode("ab"));

    expect([device, linux.readText("/file")]).toEqual(["/dev/loop1", "ab345678"]);
    expect(() => linux.detachLoop("/dev/loop0")).toThrow(withCode("ENXIO"));
    expect(() => linux.detachLoop("/file")).toThrow(withCode("ENOTBLK"));
    expect(() => linux.attachLoop({ file: "/dev/null", readOnly: true })).toThrow(
      withCode("EINVAL"),
    );
  });
});

describe("btrfs", () => {
  it("knows its members", () => {
    const linux = simulateLinux({
      devices: [{ name: "vda", fileSystem: { type: "btrfs" } }, { name: "vdb" }],
    });

    linux.scanBtrfsDevice("/dev/vda");

    expect(linux.btrfsDevicesReady("/dev/vda")).toBe(true);
    expect(linux.btrfsDevicesReady("/dev/vdb")).toBe(false);
    expect(() => linux.scanBtrfsDevice("/dev/no")).toThrow(withCode("ENOENT"));
  });
});

describe("superblockBytes", () => {
  it.each([
    ["ext2", 1024 + 56, "\x53\xef"],
    ["ext3", 1024 + 56, "\x53\xef"],
    ["ext4", 1024 + 56, "\x53\xef"],
    ["btrfs", 0x10000 + 64, "_BHRfS_M"],
    ["xfs", 0, "XFSB"],
    ["swap", 4086, "SWAPSPACE2"],
    ["squashfs", 0, "hsqs"],
    ["crypto_LUKS", 0, "LUKS\xba\xbe"],
  ])("has the magic of %s at %i", (type, offset, magic) => {
    const uuid = "12345678-9abc-def0-1234-56789abcdef0";
    const device = { name: "sda", fileSystem: { type, label: "a label", uuid } };

    const bytes = simulateLinux({ devices: [device] })
      .readFile("/dev/sda")
      .subarray(0, 2 ** 17);

    const text = new TextDecoder("latin1").decode(bytes);
    expect(text.slice(offset, offset + magic.length)).toBe(magic);
    expect(text.includes("a label")).toBe(type !== "squashfs");
  });

  it("is empty for types that it does not know", () => {
    expect(superblockBytes({ type: "zfs" })).toEqual([]);
  });
});
