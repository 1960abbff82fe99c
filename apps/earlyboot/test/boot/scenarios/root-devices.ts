import type { BootScenario, ScenarioDisk } from "../../support/scenario.ts";

const uuid = "6fab12a6-3a25-4c0e-8a62-4d5cbd4a9a11";
const partUuid = "0cd4a1ea-91b8-4c9c-8d4b-6d0f55a3e9c7";
const bootUuid = "11111111-2222-3333-4444-555555555555";
const diskId = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

/** A root beside another partition. */
const gpt: ScenarioDisk = {
  holds: {
    table: "gpt",
    id: diskId,
    partitions: [
      { label: "boot", partUuid: bootUuid, partLabel: "boot" },
      { label: "root", partUuid, partLabel: "the-root" },
    ],
  },
};

const sfdisk = { programs: ["sfdisk"] };

/** A root on the whole of the only disk. */
const wholeDisk: Pick<BootScenario, "outcome" | "root"> = {
  outcome: "real-init",
  root: "/dev/vda ",
};

const byPartition = [
  `PARTUUID=${partUuid}`,
  `PARTUUID=${partUuid.toUpperCase()}`,
  `PARTUUID=${bootUuid}/PARTNROFF=1`,
  "PARTLABEL=the-root",
];

const byDisk = ["/dev/vda", "254:0", `UUID=${uuid}`, uuid, "earlyboot-root"];

const withOddLabel = [
  'root="LABEL=my Würzel"',
  '"root=LABEL=my Würzel"',
  String.raw`root=/dev/disk/by-label/my\x20W\xc3\xbcrzel`,
];

/** How a root can be named. */
export const rootDevices: readonly BootScenario[] = [
  ...byDisk.map((parameter): BootScenario => ({
    name: `finds the root by root=${parameter}`,
    disks: [{ holds: { ext4: { uuid } } }],
    commandLine: `root=${parameter}`,
    ...wholeDisk,
  })),
  ...withOddLabel.map((words): BootScenario => ({
    name: `finds a root whose label has a blank and an umlaut by ${words}`,
    disks: [{ holds: { ext4: { label: "my Würzel" } } }],
    commandLine: words,
    ...wholeDisk,
  })),
  {
    name: "finds a root of type xfs by root=LABEL=Корень",
    needs: { programs: ["mkfs.xfs"] },
    image: { fileSystems: ["xfs"] },
    disks: [{ holds: { type: "xfs", label: "Корень" } }],
    commandLine: "root=LABEL=Корень",
    ...wholeDisk,
  },
  {
    name: 'finds a root of type vfat by root="LABEL=MY ROOT"',
    needs: { programs: ["mkfs.vfat", "mcopy"] },
    image: { fileSystems: ["vfat"] },
    disks: [{ holds: { type: "vfat", label: "MY ROOT" } }],
    commandLine: 'root="LABEL=MY ROOT"',
    ...wholeDisk,
  },
  {
    name: "finds a root of FAT by its serial number",
    needs: { programs: ["mkfs.vfat", "mcopy"] },
    image: { fileSystems: ["vfat"] },
    disks: [
      {
        holds: {
          type: "vfat",
          label: "ROOT",
          bytes: { 0x43: Uint8Array.of(0x34, 0x12, 0xfe, 0xca) },
        },
      },
    ],
    commandLine: "root=UUID=CAFE-1234",
    ...wholeDisk,
  },
  {
    name: "finds a root of ISO 9660 by the date that is its UUID",
    needs: { programs: ["genisoimage"] },
    image: { fileSystems: ["iso9660"] },
    disks: [
      {
        holds: {
          type: "iso9660",
          bytes: { 0x833e: new TextEncoder().encode("2024013112000000") },
        },
      },
    ],
    commandLine: "root=UUID=2024-01-31-12-00-00-00",
    ...wholeDisk,
  },
  ...byPartition.map((parameter): BootScenario => ({
    name: `finds a GPT partition by root=${parameter}`,
    needs: sfdisk,
    disks: [gpt],
    commandLine: `root=${parameter}`,
    outcome: "real-init",
    root: "/dev/vda2 / ext4 ro",
  })),
  {
    name: "finds a GPT partition by a name with a blank and letters beyond ASCII",
    needs: sfdisk,
    disks: [{ holds: { table: "gpt", id: diskId, partitions: [{ partLabel: "die Wurzel 根" }] } }],
    commandLine: 'root="PARTLABEL=die Wurzel 根"',
    outcome: "real-init",
    root: "/dev/vda1 / ext4 ro",
  },
  {
    name: "finds an MBR partition by the disk's identifier and its number",
    needs: sfdisk,
    disks: [
      {
        holds: {
          table: "dos",
          id: "0xCAFEF00D",
          partitions: [{ label: "boot" }, { label: "root" }],
        },
      },
    ],
    commandLine: "root=PARTUUID=cafef00d-02",
    outcome: "real-init",
    root: "/dev/vda2 / ext4 ro",
  },
];
