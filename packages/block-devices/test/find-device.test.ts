import { describe, expect, it } from "@jest/globals";
import {
  type BlockDeviceDescription,
  type Extent,
  type SimulatedLinux,
  type SimulationOptions,
  simulateLinux,
} from "@earlyboot/linux-syscalls/testing";
import type { DeviceSpecification } from "@earlyboot/mount-spec";
import { overlay } from "./mutations.ts";
import { readRecordedImages, unpack } from "./recorded-images.ts";
import { findDevice, type FindProgress } from "@earlyboot/block-devices";

const uuid = "3a6e1d1c-0b6f-4a5e-9f0e-0123456789ab";

/** A disk with a file system all over it. */
function disk(
  name: string,
  label: string,
  others: Partial<BlockDeviceDescription> = {},
): BlockDeviceDescription {
  return { name, fileSystem: { type: "ext4", label }, ...others };
}

function machine(
  devices: readonly BlockDeviceDescription[],
  others: SimulationOptions = {},
): SimulatedLinux {
  return simulateLinux({ devices, now: 0, ...others });
}

describe("findDevice", () => {
  it.each<[DeviceSpecification]>([
    [{ path: "/dev/vda" }],
    [{ number: "252:0" }],
    [{ label: "root" }],
    [{ uuid, kind: "dce" }],
    [{ uuid: uuid.toUpperCase(), kind: "dce" }],
    [{ path: "/dev/disk/by-label/root" }],
    [{ path: `/dev/disk/by-uuid/${uuid}` }],
  ])("finds a device by %j", async (wanted) => {
    const linux = machine([
      disk("vdb", "other"),
      { name: "vda", fileSystem: { type: "ext4", label: "root", uuid } },
    ]);

    const found = await findDevice(linux, wanted, { timeout: 1000 });

    expect(found).toMatchObject({
      path: "/dev/vda",
      identification: { type: "ext4", label: "root" },
    });
    expect(linux.now()).toBe(0);
  });

  it.each<[DeviceSpecification, string]>([
    [{ partUuid: "0f0f0f0f-01" }, "/dev/vda1"],
    [{ partUuid: "0F0F0F0F-01", partOffset: 1 }, "/dev/vda2"],
    [{ partUuid: "0f0f0f0f-02", partOffset: -1 }, "/dev/vda1"],
    [{ partLabel: "the root" }, "/dev/vda2"],
    [{ path: "/dev/disk/by-partlabel/the\\x20root" }, "/dev/vda2"],
  ])("finds a partition by %j", async (wanted, path) => {
    const linux = machine([
      {
        name: "vda",
        partitions: [
          { number: 1, size: 2 ** 20, uuid: "0f0f0f0f-01", label: "boot" },
          { number: 2, size: 2 ** 20, uuid: "0f0f0f0f-02", label: "the root" },
        ],
      },
    ]);

    const found = await findDevice(linux, wanted, { timeout: 1000 });

    expect(found.path).toBe(path);
  });

  it("follows a symbolic link to a device", async () => {
    const linux = machine([disk("vda", "root")]);
    linux.symlink("vda", "/dev/root");

    const found = await findDevice(linux, { path: "/dev/root" }, { timeout: 1000 });

    expect(found.path).toBe("/dev/vda");
  });

  it("finds a device in the moment in which it appears", async () => {
    const linux = machine([disk("vda", "other"), disk("vdb", "root", { appears: 5000 })]);

    const found = await findDevice(linux, { label: "root" });

    expect(found.path).toBe("/dev/vdb");
    expect(linux.now()).toBe(5000);
  });

  it("finds a device that appears between the subscription and the scan only once", async () => {
    const linux = machine([disk("vda", "root")]);
    const openUevents = linux.openUevents.bind(linux);
    linux.openUevents = () => {
      const source = openUevents();
      linux.addDevice(disk("vdb", "late"));
      return source;
    };

    const found = await findDevice(linux, { label: "late" }, { timeout: 1000 });

    expect(found.path).toBe("/dev/vdb");
    expect(openings(linux, "/dev/vdb")).toBe(1);
  });

  it("waits for a device whose events were lost", async () => {
    const linux = machine([disk("vda", "other")]);
    linux.at(2000, () => {
      linux.addDevice(disk("vdb", "root"));
      linux.overflowUevents();
    });

    const found = await findDevice(linux, { label: "root" }, { timeout: 10_000 });

    expect(found.path).toBe("/dev/vdb");
    expect(linux.now()).toBe(2000);
  });

  it("tries again what cannot be read at first", async () => {
    const linux = machine([
      disk("vda", "root", { failure: "EIO", changes: [{ at: 100_000, failure: null }] }),
    ]);
    linux.at(3000, () => linux.changeDevice("vda", { failure: null }));

    const found = await findDevice(linux, { label: "root" }, { timeout: 10_000 });

    expect(found.path).toBe("/dev/vda");
    expect(linux.now()).toBe(3000);
  });

  it("slows down when a device stays unreadable", async () => {
    const linux = machine([disk("vda", "root", { failure: "EIO" })]);

    await expect(findDevice(linux, { label: "root" }, { timeout: 60_000 })).rejects.toThrow(
      "is not there",
    );

    expect(openings(linux, "/dev/vda")).toBeLessThan(15);
  });

  it("reads each device once, however long it waits", async () => {
    const linux = machine([disk("vda", "a"), disk("vdb", "b")]);

    await expect(findDevice(linux, { label: "c" }, { timeout: 60_000 })).rejects.toThrow(
      "is not there",
    );

    expect([openings(linux, "/dev/vda"), openings(linux, "/dev/vdb")]).toEqual([1, 1]);
  });

  it("stops at two devices with one label, and names both", async () => {
    const linux = machine([disk("vda", "root"), disk("vdb", "root"), disk("vdc", "other")]);

    const finding = findDevice(linux, { label: "root" });

    await expect(finding).rejects.toMatchObject({
      code: "AMBIGUOUS_DEVICE",
      message: expect.stringContaining("LABEL=root is on /dev/vda and /dev/vdb"),
    });
  });

  it("lets a disk give way to its own partition", async () => {
    const superblock = { type: "ext4", label: "root" };
    const linux = machine([
      { name: "sda", fileSystem: superblock, partitions: [{ number: 1, fileSystem: superblock }] },
    ]);

    const found = await findDevice(linux, { label: "root" }, { timeout: 1000 });

    expect(found.path).toBe("/dev/sda1");
  });

  it("passes over a device that another one holds", async () => {
    const linux = machine([disk("vda", "root"), disk("vdb", "root")], {
      files: { "/sys/devices/platform/simulated/block/vda/holders/vdb": "" },
    });

    const found = await findDevice(linux, { label: "root" }, { timeout: 1000 });

    expect(found.path).toBe("/dev/vdb");
  });

  it("never opens floppies and RAM disks", async () => {
    const linux = machine([
      disk("ram0", "root"),
      disk("fd0", "root", { device: 0x200n }),
      disk("zram0", "root"),
    ]);

    await expect(findDevice(linux, { label: "root" }, { timeout: 1000 })).rejects.toThrow(
      "is not there",
    );

    expect(linux.trace.filter(({ call }) => call === "openBlockDevice")).toEqual([]);
  });

  it("does not take an encrypted device for a file system, and says so", async () => {
    const linux = machine([{ name: "vda", fileSystem: { type: "crypto_LUKS", uuid } }]);

    const finding = findDevice(linux, { uuid, kind: "dce" }, { timeout: 1000 });

    await expect(finding).rejects.toThrow(/is on \/dev\/vda, which is crypto_LUKS/);
    await expect(
      findDevice(linux, { uuid, kind: "dce" }, { usages: ["crypto"] }),
    ).resolves.toMatchObject({
      path: "/dev/vda",
    });
  });

  it("gives up in time, and lists everything with the nearest match first", async () => {
    const linux = machine([disk("vda", "home"), disk("vdb", "root", { size: 2 ** 30 })]);

    const finding = findDevice(linux, { label: "rot" }, { timeout: 3000 });

    await expect(finding).rejects.toMatchObject({
      code: "DEVICE_NOT_FOUND",
      wanted: { label: "rot" },
      nearest: { path: "/dev/vdb" },
      seen: [{ path: "/dev/vdb" }, { path: "/dev/vda" }],
      message: [
        "LABEL=rot is not there; LABEL=root is, on /dev/vdb",
        "  /dev/vdb  1 GiB  ext4  LABEL=root",
        "  /dev/vda  64 MiB  ext4  LABEL=home",
      ].join("\n"),
    });
    expect(linux.now()).toBe(3000);
  });

  it.each<[DeviceSpecification, string]>([
    [{ nfs: { host: "server", path: "/root" } }, "nfs:server:/root is no block device"],
    [{ partLabel: "root" }, "PARTLABEL=root is not there; LABEL=root is, on /dev/vda"],
    [{ path: "/dev/vdx" }, "/dev/vdx is not there; /dev/vda is"],
    [{ number: "8:1" }, "8:1 is not there; what is there:"],
  ])("says of %j what comes near", async (wanted, message) => {
    const linux = machine([disk("vda", "root")]);

    const finding = findDevice(linux, wanted, { timeout: 0 });

    await expect(finding).rejects.toThrow(message);
  });

  it("says when there is no device at all", async () => {
    const finding = findDevice(machine([]), { label: "root" }, { timeout: 0 });

    await expect(finding).rejects.toThrow("nor any other block device");
  });

  it("shows labels of hostile disks without their control characters", async () => {
    const linux = machine([disk("vda", "\u001b[2J\n"), disk("vdb", "x")]);

    const finding = findDevice(linux, { label: "root" }, { timeout: 0 });

    await expect(finding).rejects.toThrow(String.raw`LABEL=\x1b[2J`);
  });

  it("tells its progress each second, with the devices that are there", async () => {
    const told: FindProgress[] = [];
    const linux = machine([disk("vda", "other")]);

    const finding = findDevice(
      linux,
      { label: "root" },
      {
        timeout: 3500,
        onProgress: (progress) => told.push(progress),
      },
    );

    await expect(finding).rejects.toThrow("is not there");
    const seconds = told.map(({ elapsed, remaining }) => [elapsed, remaining]);
    expect(seconds).toEqual(
      expect.arrayContaining([
        [1000, 2500],
        [2000, 1500],
        [3000, 500],
      ]),
    );
    expect(told.at(-1)?.devices).toMatchObject([{ path: "/dev/vda", status: "read" }]);
  });

  it("ends with the reason of its signal", async () => {
    const linux = machine([]);
    const stop = new AbortController();
    linux.at(2000, () => stop.abort(new Error("no more")));

    const finding = findDevice(linux, { label: "root" }, { signal: stop.signal });

    await expect(finding).rejects.toThrow("no more");
  });

  it.each(["ENOENT", "ENXIO", "ENOMEDIUM"])("goes on when a device answers %s", async (failure) => {
    const linux = machine([disk("vda", "x", { failure }), disk("vdb", "root")]);

    const found = await findDevice(linux, { label: "root" }, { timeout: 1000 });

    expect(found.path).toBe("/dev/vdb");
  });

  it("waits for the devices that are being read before it decides", async () => {
    const linux = machine([disk("vda", "root"), disk("vdb", "root")]);
    delayOpening(linux, "/dev/vdb", 2000);

    const finding = findDevice(linux, { label: "root" });

    await expect(finding).rejects.toMatchObject({ code: "AMBIGUOUS_DEVICE" });
    expect(linux.now()).toBe(2000);
  });

  it("waits no longer than 10 s for a device that does not answer", async () => {
    const linux = machine([disk("vda", "root"), disk("vdb", "root")]);
    delayOpening(linux, "/dev/vdb", 60_000);

    const found = await findDevice(linux, { label: "root" });

    expect(found.path).toBe("/dev/vda");
    expect(linux.now()).toBeGreaterThanOrEqual(10_000);
    expect(linux.now()).toBeLessThan(12_000);
  });

  it("does not wait for other devices when a path is wanted", async () => {
    const linux = machine([disk("vda", "root"), disk("vdb", "root")]);
    delayOpening(linux, "/dev/vdb", 60_000);

    await findDevice(linux, { path: "/dev/vda" });

    expect(linux.now()).toBeLessThan(100);
  });

  it("reads a device to its end though the time is over", async () => {
    const linux = machine([disk("vda", "root")]);
    delayOpening(linux, "/dev/vda", 3000);

    const found = await findDevice(linux, { label: "root" }, { timeout: 1000 });

    expect(found.path).toBe("/dev/vda");
  });

  it("takes the one that answers though others are not read long after the time is over", async () => {
    const linux = machine([disk("vda", "root"), disk("vdb", "other")]);
    delayOpening(linux, "/dev/vda", 10_500);
    delayOpening(linux, "/dev/vdb", 60_000);

    const found = await findDevice(linux, { label: "root" }, { timeout: 1000 });

    expect(found.path).toBe("/dev/vda");
  });

  it("knows the disk of a partition by its name", async () => {
    const partitions = [{ number: 2, size: 2 ** 20, label: "root" }];
    const linux = machine([
      { name: "nvme0n1", partitions },
      { name: "sda", partitions: [{ number: 12, size: 2 ** 20, label: "other" }] },
    ]);

    expect((await findDevice(linux, { partLabel: "root" })).disk).toBe("nvme0n1");
    expect((await findDevice(linux, { partLabel: "other" })).disk).toBe("sda");
  });

  it("stops at a device that looks like two things", async () => {
    const linux = machine([recordedDisk("vda", "ext2 with 4 KiB blocks and a label", "btrfs")]);

    const byLabel = findDevice(linux, { label: "plain" });

    await expect(byLabel).rejects.toMatchObject({
      code: "AMBIGUOUS_CONTENT",
      path: "/dev/vda",
      message: expect.stringContaining("/dev/vda looks like ext2 and btrfs at once"),
    });
    await expect(findDevice(linux, { path: "/dev/vda" })).resolves.toMatchObject({
      status: "ambiguous",
    });
  });

  it("waits for all devices of a btrfs file system", async () => {
    const [first, second] = btrfsPair();
    const linux = machine([{ ...first }, { ...second, appears: 4000 }]);

    const found = await findDevice(linux, { label: "pair" });

    expect(found).toMatchObject({
      path: "/dev/vda",
      members: [{ path: "/dev/vda" }, { path: "/dev/vdb" }],
    });
    expect(linux.now()).toBe(4000);
  });

  it("says which devices of a btrfs file system are missing", async () => {
    const linux = machine([btrfsPair()[0]]);

    const finding = findDevice(linux, { label: "pair" }, { timeout: 1000 });

    await expect(finding).rejects.toMatchObject({
      incomplete: true,
      message: expect.stringMatching(
        /^LABEL=pair has only 1 of its 2 devices: \/dev\/vda; missing is UUID_SUB=[0-9a-f-]{36}\n/,
      ),
    });
  });

  it("waits for the other devices of a btrfs file system that is wanted by path", async () => {
    const [first, second] = btrfsPair();
    const linux = machine([first, { ...second, appears: 4000 }]);

    const found = await findDevice(linux, { path: "/dev/vda" });

    expect(found.members).toHaveLength(2);
    expect(linux.now()).toBe(4000);
  });

  it("accepts a btrfs file system without all its devices when it may", async () => {
    const linux = machine([btrfsPair()[0]]);

    const found = await findDevice(
      linux,
      { label: "pair" },
      {
        timeout: 1000,
        allowIncomplete: true,
      },
    );

    expect(found).toMatchObject({ path: "/dev/vda", members: [{ path: "/dev/vda" }] });
    expect(linux.now()).toBe(1000);
  });

  it("waits until something is attached to an empty device", async () => {
    const linux = machine([{ name: "loop0", size: 0 }]);
    linux.at(2000, () =>
      linux.changeDevice("loop0", { size: 2 ** 26, fileSystem: { type: "ext4", label: "in" } }),
    );

    const found = await findDevice(linux, { path: "/dev/loop0" });

    expect(found.identification).toMatchObject({ label: "in" });
  });

  it("takes a copy of a member for what it is: one too many", async () => {
    const [first, second] = btrfsPair();
    const linux = machine([first, second, { ...second, name: "vdc" }]);

    const finding = findDevice(linux, { label: "pair" });

    await expect(finding).rejects.toMatchObject({ code: "AMBIGUOUS_DEVICE" });
  });

  it("names the superblock that it could not believe", async () => {
    const ext4 = recordedDisk("vda", "ext4");
    const damage = { offset: 0x478, bytes: new TextEncoder().encode("ROOT") };
    const linux = machine([{ ...ext4, content: [...extentsOf("ext4"), damage] }]);

    const finding = findDevice(linux, { label: "ROOT" }, { timeout: 0 });

    await expect(finding).rejects.toThrow("not ext4: the checksum of its superblock is wrong");
  });

  it("does not find a device that vanishes while it is read", async () => {
    const linux = machine([disk("vda", "root")]);
    const open = linux.openBlockDevice.bind(linux);
    linux.openBlockDevice = async (path) => {
      const device = await open(path);
      linux.removeDevice("vda");
      return device;
    };

    const finding = findDevice(linux, { label: "root" }, { timeout: 1000 });

    await expect(finding).rejects.toMatchObject({ code: "DEVICE_NOT_FOUND", seen: [] });
  });
});

function openings(linux: SimulatedLinux, path: string): number {
  const opened = linux.trace.filter(({ call }) => call === "openBlockDevice");
  return opened.filter(({ text }) => text.endsWith(` ${path}`)).length;
}

/** Makes a device answer late. */
function delayOpening(linux: SimulatedLinux, path: string, milliseconds: number): void {
  const open = linux.openBlockDevice.bind(linux);
  linux.openBlockDevice = async (wanted) => {
    if (wanted === path) await linux.sleep(milliseconds);
    return await open(wanted);
  };
}

const recorded = readRecordedImages();

/** A disk that holds a recorded image, or several over each other. */
function recordedDisk(name: string, ...images: readonly string[]): BlockDeviceDescription {
  const sizes = images.map((each) => recorded.find((image) => image.name === each)?.size ?? 0);
  return { name, size: Math.max(...sizes), content: images.flatMap(extentsOf) };
}

function extentsOf(name: string): readonly Extent[] {
  const image = recorded.find((each) => each.name === name);
  if (image === undefined) throw new Error(`no recorded image "${name}"`);
  const { parts } = overlay({ size: 0, parts: [] }, unpack(image));
  return parts.map(([offset, bytes]) => ({ offset, bytes }));
}

/** Two members: the second has another UUID of its own, and so another checksum, of a kind that nobody knows. */
function btrfsPair(): readonly [BlockDeviceDescription, BlockDeviceDescription] {
  const size = 110 * 2 ** 20;
  const unknownKind = { offset: 0x10000 + 0xc4, bytes: Uint8Array.of(255, 0) };
  const content = [...extentsOf("btrfs on two devices"), unknownKind];
  const otherUuid = { offset: 0x1010b, bytes: new Uint8Array(16).fill(7) };
  return [
    { name: "vda", size, content },
    { name: "vdb", size, content: [...content, otherUuid] },
  ];
}
