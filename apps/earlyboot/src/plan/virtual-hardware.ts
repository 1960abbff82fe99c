import { makedev } from "@earlyboot/linux-syscalls";
import type { BlockDeviceDescription, SimulatedLinux } from "@earlyboot/linux-syscalls/testing";
import type { TrialBus } from "../try/choose-bus.ts";

/** A device of a virtual machine, and what comes to light once its driver is there. */
export interface VirtualDevice {
  /** `SUBSYSTEM/NAME`, as its driver's kernel names it. */
  readonly place: string;
  readonly modalias: string;
  /** The module of its driver. */
  readonly driver?: string;
  readonly behind?: readonly VirtualDevice[];
  readonly disks?: readonly BlockDeviceDescription[];
}

/** What a virtual machine has besides what all of them have. */
export interface VirtualMachine {
  readonly bus: TrialBus;
  readonly disks: readonly BlockDeviceDescription[];
  /** Whether it has a network card. */
  readonly network: boolean;
  /** The types of shares with the host: `9p`, `virtiofs`. */
  readonly shares: readonly string[];
}

/** The devices of the machine that `earlyboot try` starts, in the order of its PCI bus. */
export function virtualHardware({
  bus,
  disks,
  network,
  shares,
}: VirtualMachine): readonly VirtualDevice[] {
  const added = [
    ...(network ? [virtio("1", {})] : []),
    ...attach[bus](disks),
    ...shares.flatMap((type) => virtioOfShares[type] ?? []).map((kind) => virtio(kind, {})),
  ];
  return [...added.map((device, index) => device(index)), ...standing];
}

/** A device on the place of the PCI bus that QEMU gives to the device of this number. */
type Plugged = (index: number) => VirtualDevice;

const virtioOfShares: Readonly<Record<string, string>> = { "9p": "9", virtiofs: "1A" };

const attach: Readonly<
  Record<TrialBus, (disks: readonly BlockDeviceDescription[]) => readonly Plugged[]>
> = {
  virtio: (disks) => disks.map((disk) => virtio("2", { driver: "virtio_blk", disks: [disk] })),
  nvme: (disks) =>
    disks.map((disk) =>
      pci("v00001B36d00000010sv00001AF4sd00001100bc01sc08i02", {
        driver: "nvme",
        disks: [disk],
      }),
    ),
  ahci: (disks) => [
    pci("v00008086d00002922sv00001AF4sd00001100bc01sc06i01", {
      driver: "ahci",
      behind: disks.map((disk, port) => scsiDisk(`${port}:0:0:0`, disk)),
    }),
  ],
  scsi: (disks) => [
    virtio("8", {
      driver: "virtio_scsi",
      behind: disks.map((disk, target) => scsiDisk(`0:0:${target}:0`, disk)),
    }),
  ],
  usb: (disks) => [
    pci("v00001B36d0000000Dsv00001AF4sd00001100bc0Csc03i30", {
      driver: "xhci_pci",
      behind: disks.map((disk, port) => ({
        place: `usb/2-${port + 1}:1.0`,
        modalias: "usb:v46F4p0001d0000dc00dsc00dp00ic08isc06ip50in00",
        driver: "usb_storage",
        // The six ports of the board's own controller come first.
        behind: [scsiDisk(`${port + 6}:0:0:0`, disk)],
      })),
    }),
  ],
};

/** What a device brings with it. */
type Brings = Pick<VirtualDevice, "behind" | "disks" | "driver">;

function pci(modalias: string, brings: Brings): Plugged {
  return (index) => ({
    place: `pci/0000:00:${(index + 1).toString(16).padStart(2, "0")}.0`,
    modalias: `pci:${modalias}`,
    ...brings,
  });
}

/** A device of virtio, by the number of its kind in the standard, behind one of the PCI bus. */
function virtio(kind: string, brings: Brings): Plugged {
  return (index) => {
    const device: VirtualDevice = {
      place: `virtio/virtio${index}`,
      modalias: `virtio:d${kind.padStart(8, "0")}v00001AF4`,
      ...brings,
    };
    const modalias = pciOfVirtio[kind] ?? "";
    return pci(modalias, { driver: "virtio_pci", behind: [device] })(index);
  };
}

const pciOfVirtio: Readonly<Record<string, string>> = {
  "1": "v00001AF4d00001000sv00001AF4sd00000001bc02sc00i00",
  "2": "v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00",
  "8": "v00001AF4d00001004sv00001AF4sd00000008bc01sc00i00",
  "9": "v00001AF4d00001009sv00001AF4sd00000009bc00sc02i00",
  "1A": "v00001AF4d0000105Asv00001AF4sd00001100bc01sc80i00",
};

function scsiDisk(address: string, disk: BlockDeviceDescription): VirtualDevice {
  return { place: `scsi/${address}`, modalias: "scsi:t-0x00", driver: "sd_mod", disks: [disk] };
}

/** What QEMU's processor `max` can do where it is emulated, by the kernel's numbers. */
const cpuFeatures = `0000 0002 0003 0004 0005 0006 0007 0008 0009 000B 000C 000D 000E 000F 0010 0011 0013 0016 0017 0018
  0019 001A 001B 0020 0022 0023 0024 0025 0026 0027 0028 0029 002B 002C 002D 002E 002F 0030 0031 0034
  0036 0037 0038 003A 003B 003D 003E 003F 0064 006E 0070 0072 0074 0075 0079 007A 0080 0081 0083 0089
  008C 008D 0093 0094 0096 0097 0099 009A 009B 009C 009D 009E 009F 00C0 00C2 00C4 00C5 00C6 00C8 00ED
  00F3 010F 0120 0123 0125 0127 0128 0129 012E 0133 0134 0136 0137 0138 0140 0142 0165 016C 01C2 01E0
  01F0 01FC 0202 0203 0204 0209 0210 021F`;

/** Of QEMU's machine q35; on another architecture none of these modules is in the image. */
const standing: readonly VirtualDevice[] = (
  [
    ["pci/0000:00:00.0", "pci:v00008086d000029C0sv00001AF4sd00001100bc06sc00i00"],
    ["pci/0000:00:1f.0", "pci:v00008086d00002918sv00001AF4sd00001100bc06sc01i00"],
    ["pci/0000:00:1f.2", "pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01"],
    ["pci/0000:00:1f.3", "pci:v00008086d00002930sv00001AF4sd00001100bc0Csc05i00"],
    ["platform/pcspkr", "platform:pcspkr"],
    ["platform/QEMU0002:00", "acpi:QEMU0002:"],
    ["serio/serio0", "serio:ty06pr00id00ex00"],
    ["serio/serio1", "serio:ty01pr00id00ex00"],
    [
      "system/cpu",
      `cpu:type:x86,ven0002fam000Fmod006B:feature:,${cpuFeatures.replaceAll(/\s+/g, ",")}`,
    ],
  ] as const
).map(([place, modalias]) => ({ place, modalias }));

/** How the kernel names the disks of a bus, in their order. */
export function nameDisk(
  bus: TrialBus,
  index: number,
): Pick<BlockDeviceDescription, "device" | "name"> {
  if (bus === "nvme") return { name: `nvme${index}n1` };
  if (bus !== "virtio") return { name: `sd${lettersOf(index)}` };
  // The first number that the kernel gives to a driver without one of its own.
  return { name: `vd${lettersOf(index)}`, device: makedev(254, 16 * index) };
}

/** `a` to `z`, then `aa` and so on. */
function lettersOf(index: number): string {
  const last = String.fromCharCode("a".charCodeAt(0) + (index % 26));
  return index < 26 ? last : lettersOf(Math.floor(index / 26) - 1) + last;
}

/** Devices in a simulated machine, which show what is behind them once their drivers are there. */
export interface PluggedHardware {
  /** The modules of drivers that devices wait for, each once. */
  readonly drivers: readonly string[];
  /** Tells that a driver's module has started. */
  start(driver: string): void;
  /** Plugs everything into the machine. */
  plugInto(linux: Pick<SimulatedLinux, "addDevice" | "addHardware">): void;
}

/** Makes devices ready to be plugged in; `isPart` says which drivers the kernel has itself. */
export function plugHardware(
  devices: readonly VirtualDevice[],
  isPart: (driver: string) => boolean,
): PluggedHardware {
  const live = new Set<string>();
  const waiting: VirtualDevice[] = [];
  let machine: Pick<SimulatedLinux, "addDevice" | "addHardware"> | undefined;
  const show = ({ behind = [], disks = [] }: VirtualDevice) => {
    for (const disk of disks) machine?.addDevice(disk);
    behind.forEach(plug);
  };
  const plug = (device: VirtualDevice) => {
    const { place, modalias, driver } = device;
    const [subsystem = "", name = ""] = place.split("/");
    const devpath = `/devices/${subsystem}/${name}`;
    machine?.addHardware({ devpath, subsystem, properties: { MODALIAS: modalias } });
    if (driver === undefined) return;
    if (isPart(driver) || live.has(driver)) show(device);
    else waiting.push(device);
  };
  return {
    drivers: [...new Set(devices.flatMap(driversOf))],
    start: (driver) => {
      live.add(driver);
      waiting.filter((device) => device.driver === driver).forEach(show);
    },
    plugInto: (linux) => {
      machine = linux;
      devices.forEach(plug);
    },
  };
}

function driversOf({ driver, behind = [] }: VirtualDevice): readonly string[] {
  return [...(driver === undefined ? [] : [driver]), ...behind.flatMap(driversOf)];
}
