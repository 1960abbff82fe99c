import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { makePartitionedDisk } from "../support/make-disks.ts";

const uuid = "6fab12a6-3a25-4c0e-8a62-4d5cbd4a9a11";
const partUuid = "0cd4a1ea-91b8-4c9c-8d4b-6d0f55a3e9c7";

async function rootOf(disk: string, parameter: string): Promise<string | undefined> {
  const guest = await bootGuest({ disks: [{ file: disk }], commandLine: `root=${parameter}` });
  const { mounts } = await guest.reachedInit();
  return mounts.find((line) => line.split(" ")[1] === "/")?.split(" ")[0];
}

for (const parameter of ["/dev/vda", "254:0", `UUID=${uuid}`, uuid, "earlyboot-root"]) {
  bootTest(`finds the root by root=${parameter}`, async () => {
    const root = scratchFile("root");
    await makeScratchRoot({ file: root, uuid });

    expect(await rootOf(root, parameter)).toBe("/dev/vda");
  });
}

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

      expect(await rootOf(disk, parameter)).toBe("/dev/vda2");
    },
    { programs: ["sfdisk"] },
  );
}

bootTest(
  "finds an MBR partition by the disk's identifier and its number",
  async () => {
    const [boot, root] = [scratchFile("boot"), scratchFile("root")];
    await makeScratchRoot({ file: boot, label: "boot" });
    await makeScratchRoot({ file: root, label: "root" });
    const disk = makePartitionedDisk("dos", [{ file: boot }, { file: root }], "0xCAFEF00D");

    expect(await rootOf(disk, "PARTUUID=cafef00d-02")).toBe("/dev/vda2");
  },
  { programs: ["sfdisk"] },
);
