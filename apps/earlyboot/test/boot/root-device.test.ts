import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { makePartitionedDisk, makeRootOfType, writeAt } from "../support/make-disks.ts";
import { testImage } from "../support/test-image.ts";

const uuid = "6fab12a6-3a25-4c0e-8a62-4d5cbd4a9a11";
const partUuid = "0cd4a1ea-91b8-4c9c-8d4b-6d0f55a3e9c7";

/** What is mounted at `/` when the kernel is told `words`. */
async function rootBy(disk: string, words: string, image?: string): Promise<string | undefined> {
  const guest = await bootGuest({
    ...(image === undefined ? {} : { image }),
    disks: [{ file: disk }],
    commandLine: words,
  });
  const { mounts } = await guest.reachedInit();
  return mounts.find((line) => line.split(" ")[1] === "/")?.split(" ")[0];
}

for (const parameter of ["/dev/vda", "254:0", `UUID=${uuid}`, uuid, "earlyboot-root"]) {
  bootTest(`finds the root by root=${parameter}`, async () => {
    const root = scratchFile("root");
    await makeScratchRoot({ file: root, uuid });

    expect(await rootBy(root, `root=${parameter}`)).toBe("/dev/vda");
  });
}

for (const words of [
  'root="LABEL=my Würzel"',
  '"root=LABEL=my Würzel"',
  String.raw`root=/dev/disk/by-label/my\x20W\xc3\xbcrzel`,
]) {
  bootTest(`finds a root whose label has a blank and an umlaut by ${words}`, async () => {
    const root = scratchFile("root");
    await makeScratchRoot({ file: root, label: "my Würzel" });

    expect(await rootBy(root, words)).toBe("/dev/vda");
  });
}

for (const [type, label, words, programs] of [
  ["xfs", "Корень", "root=LABEL=Корень", ["mkfs.xfs"]],
  ["vfat", "MY ROOT", 'root="LABEL=MY ROOT"', ["mkfs.vfat", "mcopy"]],
] as const) {
  bootTest(
    `finds a root of type ${type} by ${words}`,
    async () => {
      const root = await makeRootOfType(type, { label });

      expect(await rootBy(root, words, await testImage({ fileSystems: [type] }))).toBe("/dev/vda");
    },
    { programs },
  );
}

bootTest(
  "finds a root of FAT by its serial number",
  async () => {
    const root = await makeRootOfType("vfat", { label: "ROOT" });
    writeAt(root, 0x43, Uint8Array.of(0x34, 0x12, 0xfe, 0xca));
    const image = await testImage({ fileSystems: ["vfat"] });

    expect(await rootBy(root, "root=UUID=CAFE-1234", image)).toBe("/dev/vda");
  },
  { programs: ["mkfs.vfat", "mcopy"] },
);

bootTest(
  "finds a root of ISO 9660 by the date that is its UUID",
  async () => {
    const root = await makeRootOfType("iso9660");
    writeAt(root, 0x833e, new TextEncoder().encode("2024013112000000"));
    const image = await testImage({ fileSystems: ["iso9660"] });

    expect(await rootBy(root, "root=UUID=2024-01-31-12-00-00-00", image)).toBe("/dev/vda");
  },
  { programs: ["genisoimage"] },
);

for (const parameter of [
  `PARTUUID=${partUuid}`,
  `PARTUUID=${partUuid.toUpperCase()}`,
  "PARTUUID=11111111-2222-3333-4444-555555555555/PARTNROFF=1",
  "PARTLABEL=the-root",
]) {
  bootTest(
    `finds a GPT partition by root=${parameter}`,
    async () => {
      const [boot, root] = [scratchFile("boot"), scratchFile("root")];
      await makeScratchRoot({ file: boot, label: "boot" });
      await makeScratchRoot({ file: root, label: "root" });
      const partitions = [
        { file: boot, uuid: "11111111-2222-3333-4444-555555555555", name: "boot" },
        { file: root, uuid: partUuid, name: "the-root" },
      ];
      const disk = makePartitionedDisk("gpt", partitions, "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");

      expect(await rootBy(disk, `root=${parameter}`)).toBe("/dev/vda2");
    },
    { programs: ["sfdisk"] },
  );
}

bootTest(
  "finds a GPT partition by a name with a blank and letters beyond ASCII",
  async () => {
    const root = scratchFile("root");
    await makeScratchRoot({ file: root, label: "root" });
    const partitions = [{ file: root, name: "die Wurzel 根" }];
    const disk = makePartitionedDisk("gpt", partitions, "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");

    expect(await rootBy(disk, 'root="PARTLABEL=die Wurzel 根"')).toBe("/dev/vda1");
  },
  { programs: ["sfdisk"] },
);

bootTest(
  "finds an MBR partition by the disk's identifier and its number",
  async () => {
    const [boot, root] = [scratchFile("boot"), scratchFile("root")];
    await makeScratchRoot({ file: boot, label: "boot" });
    await makeScratchRoot({ file: root, label: "root" });
    const disk = makePartitionedDisk("dos", [{ file: boot }, { file: root }], "0xCAFEF00D");

    expect(await rootBy(disk, "root=PARTUUID=cafef00d-02")).toBe("/dev/vda2");
  },
  { programs: ["sfdisk"] },
);
