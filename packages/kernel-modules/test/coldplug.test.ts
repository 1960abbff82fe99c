import { expect, it } from "@jest/globals";

import {
  coldplug,
  createModuleLoader,
  listModaliases,
  nameMissingDrivers,
  type MissingDriver,
} from "@earlyboot/kernel-modules";
import type { FileTree, SimulationOptions, SysfsDevice } from "@earlyboot/linux-syscalls/testing";

import { machineWith, modules } from "./machine.ts";

const card: SysfsDevice = {
  devpath: "/devices/pci0000:00/0000:00:04.0",
  subsystem: "pci",
  properties: { MODALIAS: "pci:v00001AF4d00001001" },
};
const disk: SysfsDevice = {
  devpath: "/devices/pci0000:00/0000:00:04.0/virtio1",
  subsystem: "virtio",
  properties: { MODALIAS: "virtio:d00000002v00001AF4" },
};
const aliases = "alias pci:v00001AF4d*1001* bus\nalias virtio:d00000002v* disk\n";

function machine(options: SimulationOptions, files: FileTree = {}) {
  return machineWith(
    { bus: "ring", ring: "", disk: "ring" },
    { [`${modules}/modules.alias`]: aliases, ...files },
    options,
  );
}

it("loads what the devices ask for that are there", async () => {
  const { linux, index } = machine({ hardware: [card, disk] });

  const missing = await coldplug(linux, index);

  expect(missing).toEqual([]);
  expect(linux.modules).toEqual(["ring", "bus", "disk"]);
});

it("looks again for devices that a module brought to light", async () => {
  const { linux, index } = machine({
    hardware: [card],
    modules: [{ name: "bus", takes: 100, onLoad: () => linux.addHardware(disk) }],
  });

  await coldplug(linux, index);

  expect(linux.modules).toContain("disk");
});

it("goes on with every device that appears, until it is told to end; is settled when none lacks its driver", async () => {
  const { linux, index } = machine({
    hardware: [card],
    modules: [
      { name: "bus", takes: 100, onLoad: () => linux.addHardware(disk) },
      { name: "disk", takes: 50 },
    ],
  });
  const end = new AbortController();
  linux.at(5000, () => end.abort());
  let settled = 0;

  await coldplug(linux, index, { signal: end.signal, onSettled: () => (settled = linux.now()) });

  expect(settled).toBe(1150);
  expect(linux.now()).toBe(5000);
  expect(linux.modules).toEqual(["ring", "bus", "disk"]);
});

it("looks at everything again when events were lost", async () => {
  const { linux, index } = machine({ hardware: [card] });
  const end = new AbortController();
  linux.at(2000, () => {
    linux.addHardware(disk);
    linux.overflowUevents();
  });
  linux.at(5000, () => end.abort());

  await coldplug(linux, index, { signal: end.signal });

  expect(linux.modules).toContain("disk");
});

it("subscribes to events before it looks", async () => {
  const { linux, index } = machine({ hardware: [card] });

  await coldplug(linux, index, { signal: AbortSignal.abort() });

  const calls = linux.trace.map(({ call }) => call);
  expect(calls.indexOf("openUevents")).toBeLessThan(calls.indexOf("readDirectory"));
});

it("asks once for one alias, however many devices have it", async () => {
  const twin = { ...disk, devpath: `${card.devpath}/virtio2` };
  const { linux, index } = machine({ hardware: [disk, twin] });
  const asked: string[] = [];
  const loader = createModuleLoader(linux, index);

  await coldplug(linux, index, {
    loader: {
      load: (name) => {
        asked.push(name);
        return loader.load(name);
      },
    },
  });

  expect(asked).toEqual(["virtio:d00000002v00001AF4"]);
});

it("remembers what nothing answers to, and names the driver that the image was made without", async () => {
  const { linux, index } = machine(
    { hardware: [card, { ...disk, properties: { MODALIAS: "virtio:d00000008v00001AF4" } }] },
    { [`${modules}/modules.alias.absent`]: "alias virtio:d00000008v* virtio_scsi\n" },
  );
  const heard: MissingDriver[] = [];

  const missing = await coldplug(linux, index, { onMissing: (driver) => heard.push(driver) });

  const wanted = { device: disk.devpath, modalias: "virtio:d00000008v00001AF4" };
  expect(missing).toEqual([{ ...wanted, modules: [] }]);
  expect(heard).toEqual(missing);
  expect(nameMissingDrivers(index, missing)).toEqual([{ ...wanted, modules: ["virtio_scsi"] }]);
});

it("remembers a module whose file is missing, or that of one that it needs", async () => {
  const { linux, index } = machine({ hardware: [disk] });
  linux.unlink(`${modules}/kernel/ring.ko`);

  const missing = await coldplug(linux, index);

  expect(missing).toEqual([
    { device: disk.devpath, modalias: disk.properties["MODALIAS"], modules: ["ring"] },
  ]);
});

it("goes on when a module fails, and when a device vanishes while it looks", async () => {
  const gone = { ...card, devpath: "/devices/pci0000:00/0000:00:03.0" };
  const { linux, index } = machine({
    hardware: [gone, card, disk],
    modules: [{ name: "bus", failure: "EIO" }],
    failures: [
      { call: "readText", path: "/sys/bus/pci/devices/0000:00:03.0/modalias", error: "ENODEV" },
    ],
  });

  expect(await coldplug(linux, index)).toEqual([]);
  expect(linux.modules).toEqual(["ring", "disk"]);
});

const button: SysfsDevice = {
  devpath: "/devices/LNXSYSTM:00/LNXPWRBN:00",
  subsystem: "acpi",
  properties: { MODALIAS: "acpi:LNXPWRBN:" },
};
const buttons = `${aliases}alias acpi:LNXPWRBN: button\n`;

it("looks at further buses once those on the PCI bus, and what they bring to light, have their drivers", async () => {
  const { linux, index } = machineWith(
    { bus: "ring", ring: "", disk: "ring", button: "" },
    { [`${modules}/modules.alias`]: buttons },
    {
      hardware: [button, card],
      modules: [
        { name: "ring", takes: 20 },
        { name: "bus", takes: 20, onLoad: () => linux.addHardware(disk) },
        { name: "disk", takes: 20 },
      ],
    },
  );
  const end = new AbortController();
  linux.at(5000, () => end.abort());
  const loader = createModuleLoader(linux, index);

  await coldplug(linux, index, { loader, signal: end.signal });

  expect(loader.reports.map(({ name, started }) => [name, started])).toEqual([
    ["ring", 1000],
    ["bus", 1020],
    ["disk", 1040],
    ["button", 1060],
  ]);
});

it("does not let a slow driver on the PCI bus hold up other buses for long", async () => {
  const { linux, index } = machineWith(
    { bus: "", button: "" },
    { [`${modules}/modules.alias`]: buttons },
    { hardware: [button, card], modules: [{ name: "bus", takes: 60_000 }] },
  );
  const loader = createModuleLoader(linux, index);

  await coldplug(linux, index, { loader });

  expect(loader.reports.map(({ name, started }) => [name, started])).toEqual([
    ["button", 1100],
    ["bus", 1000],
  ]);
});

it("looks no further when it is told to end", async () => {
  const { linux, index } = machineWith(
    { bus: "", button: "" },
    { [`${modules}/modules.alias`]: buttons },
    { hardware: [button, card], modules: [{ name: "bus", takes: 50 }] },
  );
  const end = new AbortController();
  linux.at(1020, () => end.abort());

  await coldplug(linux, index, { signal: end.signal });
  await linux.sleep(1000);

  expect(linux.modules).toEqual(["bus"]);
});

it("lists the devices with an alias, those on the PCI bus first", () => {
  const { linux } = machine({ hardware: [button, disk, card] });

  expect([...listModaliases(linux)].map(({ device }) => device)).toEqual([
    "/bus/pci/devices/0000:00:04.0",
    "/bus/acpi/devices/LNXPWRBN:00",
    "/bus/virtio/devices/virtio1",
  ]);
});
