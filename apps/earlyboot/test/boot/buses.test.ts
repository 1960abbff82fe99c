import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { testKernel } from "../support/boot-environment.ts";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { testImage } from "../support/test-image.ts";

const generic = testKernel("generic");
const reason =
  generic === undefined ? "needs Debian's linux-image-amd64, which npm test fetches" : undefined;

for (const [bus, device] of [
  ["virtio", "/dev/vda"],
  ["scsi", "/dev/sda"],
  ["nvme", "/dev/nvme0n1"],
  ["ahci", "/dev/sda"],
  ["usb", "/dev/sda"],
] as const) {
  bootTest(
    `boots from a disk on ${bus}, all of whose drivers are modules that the hardware asks for`,
    async () => {
      const root = scratchFile("root");
      await makeScratchRoot({ file: root });

      const guest = await bootGuest({
        ...(generic === undefined ? {} : { kernel: generic.file }),
        image: await testImage({ kernel: "generic" }),
        disks: [{ file: root, bus }],
        commandLine: "root=LABEL=earlyboot-root",
      });
      const { mounts } = await guest.reachedInit();

      expect(mounts.join("\n")).toContain(`${device} / ext4 ro`);
    },
    { reason },
  );
}

bootTest("boots from a disk with sectors of 4096 bytes", async () => {
  const root = scratchFile("root");
  await makeScratchRoot({ file: root });

  const guest = await bootGuest({
    disks: [{ file: root, sectorSize: 4096 }],
    commandLine: "root=LABEL=earlyboot-root",
  });

  expect((await guest.reachedInit()).pid).toBe(1);
});
