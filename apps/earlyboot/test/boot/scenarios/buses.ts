import { expect } from "@jest/globals";
import type { BootScenario } from "../../support/scenario.ts";

const buses = [
  ["virtio", "/dev/vda"],
  ["scsi", "/dev/sda"],
  ["nvme", "/dev/nvme0n1"],
  ["ahci", "/dev/sda"],
  ["usb", "/dev/sda"],
] as const;

/** How a disk can be attached. */
export const disksOnBuses: readonly BootScenario[] = [
  ...buses.map(([bus, device]): BootScenario => ({
    name: `boots from a disk on ${bus}, all of whose drivers are modules that the hardware asks for`,
    kernel: "generic",
    disks: [{ holds: { ext4: {} }, bus }],
    commandLine: "root=LABEL=earlyboot-root",
    outcome: "real-init",
    root: `${device} / ext4 ro`,
  })),
  {
    name: "boots from a disk with sectors of 4096 bytes",
    disks: [{ holds: { ext4: {} }, sectorSize: 4096 }],
    commandLine: "root=LABEL=earlyboot-root",
    outcome: "real-init",
    facts: ({ pid }) => expect(pid).toBe(1),
  },
];
