import { describe, expect, it } from "@jest/globals";
import {
  type Program,
  type SimulatedLinux,
  simulateLinux,
} from "@earlyboot/linux-syscalls/testing";
import { checkFileSystems, disksOf } from "@earlyboot/fsck-runner";

/** A machine with two disks, one of two partitions, and a record of what was checked when. */
function startMachine(checker?: (device: string) => number): {
  readonly linux: SimulatedLinux;
  readonly events: readonly string[];
} {
  const events: string[] = [];
  const check: Program = async ({ argv, sleep }) => {
    const device = argv.at(-1) ?? "";
    events.push(`begin ${device}`);
    await sleep(device === "/dev/vdb" ? 150 : 100);
    events.push(`end ${device}`);
    return checker?.(device) ?? 0;
  };
  const fileSystem = { type: "ext4" };
  const linux = simulateLinux({
    programs: { "/sbin/e2fsck": check },
    devices: [
      { name: "vda", partitions: [1, 2].map((number) => ({ number, size: 2 ** 20, fileSystem })) },
      { name: "vdb", fileSystem },
      { name: "nvme0n1", partitions: [{ number: 1, size: 2 ** 20, fileSystem }] },
    ],
  });
  return { linux, events };
}

const requestsFor = (...devices: readonly string[]) =>
  devices.map((device) => ({ device, type: "ext4" }));

describe("checkFileSystems", () => {
  it("checks different disks at the same time, and one disk in order", async () => {
    const { linux, events } = startMachine();
    const results = await checkFileSystems(
      linux,
      requestsFor("/dev/vda1", "/dev/vda2", "/dev/vdb"),
    );

    expect(events).toEqual([
      "begin /dev/vda1",
      "begin /dev/vdb",
      "end /dev/vda1",
      "begin /dev/vda2",
      "end /dev/vdb",
      "end /dev/vda2",
    ]);
    expect(results.map(({ device, outcome }) => `${device} ${outcome}`)).toEqual([
      "/dev/vda1 pass",
      "/dev/vda2 pass",
      "/dev/vdb pass",
    ]);
  });

  it("goes on with a disk when a check on it has failed, and throws the failure at the end", async () => {
    const { linux, events } = startMachine();
    const requests = [{ device: "/dev/vda1", type: "no/type" }, ...requestsFor("/dev/vda2")];

    await expect(checkFileSystems(linux, requests)).rejects.toThrow("is not a type of file system");
    expect(events).toEqual(["begin /dev/vda2", "end /dev/vda2"]);
  });

  it("checks one after another where sysfs does not tell the disks", async () => {
    const { linux, events } = startMachine();
    const blind = {
      ...linux,
      readLink: (): string => {
        throw new Error("no sysfs");
      },
    };

    await checkFileSystems(blind, requestsFor("/dev/vda1", "/dev/vdb"));

    expect(events).toEqual(["begin /dev/vda1", "end /dev/vda1", "begin /dev/vdb", "end /dev/vdb"]);
  });
});

describe("disksOf", () => {
  it.each([
    ["/dev/vda", ["vda"]],
    ["/dev/vda2", ["vda"]],
    ["/dev/nvme0n1p1", ["nvme0n1"]],
    ["/dev/null", []],
    ["/dev/nothing", []],
  ])("tells the disk of %s", (device, disks) => {
    expect(disksOf(startMachine().linux, device)).toEqual(disks);
  });

  it("tells all disks below a device that is made of several", () => {
    const { linux } = startMachine();
    const made = {
      ...linux,
      readDirectory: (path: string) =>
        path === "/sys/class/block/vdb/slaves"
          ? ["vda1", "vda2", "nvme0n1p1"].map((name) => ({ name, kind: "link" as const }))
          : linux.readDirectory(path),
    };

    expect(disksOf(made, "/dev/vdb")).toEqual(["vda", "nvme0n1"]);
  });
});
