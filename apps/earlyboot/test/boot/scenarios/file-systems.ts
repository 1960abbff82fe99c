import { makeRootOfType, run } from "../../support/make-disks.ts";
import type { BootScenario } from "../../support/scenario.ts";

const types = [
  ["btrfs", "cloud", ["mkfs.btrfs"]],
  ["xfs", "cloud", ["mkfs.xfs"]],
  ["f2fs", "generic", ["mkfs.f2fs", "sload.f2fs"]],
  ["squashfs", "cloud", ["mksquashfs"]],
  ["erofs", "cloud", ["mkfs.erofs"]],
  ["iso9660", "cloud", ["genisoimage"]],
] as const;

/** An escape sequence and letters of several bytes: 254 bytes, of 255 that a label of btrfs can have. */
const hostileLabel = `\u001b[2J${"ä€".repeat(50)}`;

/** Types of roots. */
export const fileSystems: readonly BootScenario[] = [
  ...types.map(([type, kernel, programs]): BootScenario => ({
    name: `boots from a root of type ${type}`,
    needs: { programs },
    kernel,
    image: { fileSystems: ["ext4", type] },
    disks: [{ holds: { type } }],
    commandLine: "root=/dev/vda",
    outcome: "real-init",
    root: `/dev/vda / ${type} ro`,
  })),
  {
    name: "finds a root by a label of 254 bytes with an escape sequence, and prints it without",
    needs: { programs: ["btrfs"] },
    image: { fileSystems: ["ext4", "btrfs"] },
    disks: [
      {
        holds: async () => {
          const root = await makeRootOfType("btrfs");
          run("btrfs", ["filesystem", "label", root, hostileLabel]);
          return root;
        },
      },
    ],
    commandLine: `root=LABEL=${hostileLabel}`,
    outcome: "real-init",
    root: "/dev/vda / btrfs ro",
    says: [String.raw`earlyboot: root LABEL=\x1b[2Jä€`],
  },
];
