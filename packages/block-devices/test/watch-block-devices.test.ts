import { describe, expect, it } from "@jest/globals";
import { simulateLinux, type SimulatedLinux } from "@earlyboot/linux-syscalls/testing";
import {
  listBlockDevices,
  watchBlockDevices,
  type BlockDeviceInfo,
} from "@earlyboot/block-devices";

function summary(devices: readonly BlockDeviceInfo[]): readonly string[] {
  return devices.map(({ path, status, identification }) =>
    [path, status, identification?.label].filter((word) => word !== undefined).join(" "),
  );
}

/** What is seen until `end`, without what is only being read. */
async function watchUntil(linux: SimulatedLinux, end: number): Promise<readonly string[][]> {
  const stop = new AbortController();
  linux.at(end, () => stop.abort());
  const seen: string[][] = [];
  for await (const devices of watchBlockDevices(linux, { signal: stop.signal })) {
    if (devices.every(({ status }) => status !== "pending")) seen.push([...summary(devices)]);
  }
  return seen;
}

const ext4 = (label: string): { readonly type: string; readonly label: string } => ({
  type: "ext4",
  label,
});

describe("watchBlockDevices", () => {
  it("shows what comes, changes and goes", async () => {
    const linux = simulateLinux({
      now: 0,
      devices: [
        { name: "vda", fileSystem: ext4("first") },
        { name: "vdb", fileSystem: ext4("second"), appears: 1000, vanishes: 3000 },
      ],
    });
    linux.at(2000, () => linux.changeDevice("vda", { fileSystem: ext4("changed") }));

    const seen = await watchUntil(linux, 4000);

    expect(seen).toEqual([
      ["/dev/vda read first"],
      ["/dev/vda read first", "/dev/vdb read second"],
      ["/dev/vda read changed", "/dev/vdb read second"],
      ["/dev/vda read changed"],
    ]);
  });

  it("subscribes before it lists", async () => {
    const linux = simulateLinux({ devices: [] });

    await watchUntil(linux, 2000);

    const calls = linux.trace.map(({ call }) => call);
    expect(calls.indexOf("openUevents")).toBeLessThan(calls.indexOf("readDirectory"));
  });

  it("subscribes and lists again when the subscription is lost", async () => {
    const linux = simulateLinux({ now: 0, devices: [] });
    const open = linux.openUevents.bind(linux);
    linux.openUevents = () => {
      const source = open();
      linux.openUevents = open;
      linux.at(1000, () => {
        source.close();
        linux.addDevice({ name: "vda", fileSystem: ext4("unannounced") });
      });
      return source;
    };

    const seen = await watchUntil(linux, 2000);

    expect(seen.at(-1)).toEqual(["/dev/vda read unannounced"]);
  });

  it("sees a medium that is put in", async () => {
    const linux = simulateLinux({
      now: 0,
      devices: [{ name: "sr0", removable: true, size: 0, failure: "ENOMEDIUM" }],
    });
    linux.at(5000, () =>
      linux.changeDevice("sr0", { failure: null, fileSystem: ext4("disc"), size: 2 ** 26 }),
    );

    const seen = await watchUntil(linux, 6000);

    expect(seen.at(-1)).toEqual(["/dev/sr0 read disc"]);
  });

  it("fails when the system does", async () => {
    const linux = simulateLinux({ failures: [{ call: "readDirectory", error: "EIO" }] });

    await expect(watchUntil(linux, 2000)).rejects.toMatchObject({ code: "EIO" });
  });
});

describe("listBlockDevices", () => {
  it("gives each device once, by number", async () => {
    const linux = simulateLinux({
      devices: [
        { name: "vdb", fileSystem: ext4("b") },
        { name: "vda", partitions: [{ number: 1, size: 2 ** 20, fileSystem: ext4("a") }] },
        { name: "loop0", size: 0 },
        { name: "ram0" },
        { name: "sda", failure: "EIO" },
      ],
    });

    const devices = await listBlockDevices(linux);

    expect(summary(devices)).toEqual([
      "/dev/ram0 left-alone",
      "/dev/loop0 empty",
      "/dev/sda unreadable",
      "/dev/vda read",
      "/dev/vda1 read a",
      "/dev/vdb read b",
    ]);
    expect(devices[2]?.problem).toContain("EIO");
    expect(devices[4]).toMatchObject({ disk: "vda", partition: { number: 1 } });
  });

  it("does not mind that the last sectors of a disc cannot be read", async () => {
    const size = 2 ** 26;
    const linux = simulateLinux({
      devices: [{ name: "sr0", removable: true, size, fileSystem: ext4("disc") }],
    });
    const open = linux.openBlockDevice.bind(linux);
    linux.openBlockDevice = async (path) => {
      const device = await open(path);
      const read = async (offset: bigint, length: number): Promise<Uint8Array> => {
        if (Number(offset) + length > size - 4096) throw new Error("EIO");
        return await device.read(offset, length);
      };
      return { size: device.size, sectorSize: 2048, read, close: () => device.close() };
    };

    expect(summary(await listBlockDevices(linux))).toEqual(["/dev/sr0 read disc"]);
  });

  it("reads no more than eight devices at once", async () => {
    const names = Array.from({ length: 26 }, (_, index) => `vd${String.fromCharCode(97 + index)}`);
    const linux = simulateLinux({ devices: names.map((name) => ({ name })) });
    const open = linux.openBlockDevice.bind(linux);
    let [running, most] = [0, 0];
    linux.openBlockDevice = async (path) => {
      most = Math.max(most, ++running);
      await linux.sleep(100);
      running--;
      return await open(path);
    };

    const devices = await listBlockDevices(linux);

    expect(devices).toHaveLength(26);
    expect(most).toBe(8);
  });
});
