import { expect } from "@jest/globals";
import { testKernel } from "../support/boot-environment.ts";
import { bootGuest } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { makeRootOfType, run } from "../support/make-disks.ts";
import { testImage } from "../support/test-image.ts";

const generic = testKernel("generic");

for (const [type, kernel, programs] of [
  ["btrfs", "cloud", ["mkfs.btrfs"]],
  ["xfs", "cloud", ["mkfs.xfs"]],
  ["f2fs", "generic", ["mkfs.f2fs", "sload.f2fs"]],
  ["squashfs", "cloud", ["mksquashfs"]],
  ["erofs", "cloud", ["mkfs.erofs"]],
  ["iso9660", "cloud", ["genisoimage"]],
] as const) {
  bootTest(
    `boots from a root of type ${type}`,
    async () => {
      const root = await makeRootOfType(type);

      const guest = await bootGuest({
        ...(kernel === "generic" && generic !== undefined ? { kernel: generic.file } : {}),
        image: await testImage({ kernel, fileSystems: ["ext4", type] }),
        disks: [{ file: root }],
        commandLine: "root=/dev/vda",
      });
      const { mounts } = await guest.reachedInit();

      expect(mounts.join("\n")).toContain(`/dev/vda / ${type} ro`);
    },
    {
      programs,
      reason:
        kernel === "generic" && generic === undefined
          ? "needs Debian's linux-image-amd64, which npm test fetches"
          : undefined,
    },
  );
}

bootTest(
  "finds a root by a label of 254 bytes with an escape sequence, and prints it without",
  async () => {
    const root = await makeRootOfType("btrfs");
    const label = `\u001b[2J${"ä€".repeat(50)}`;
    expect(Buffer.byteLength(label)).toBe(254);
    run("btrfs", ["filesystem", "label", root, label]);

    const guest = await bootGuest({
      image: await testImage({ kernel: "cloud", fileSystems: ["ext4", "btrfs"] }),
      disks: [{ file: root }],
      commandLine: `root=LABEL=${label}`,
    });
    const { mounts } = await guest.reachedInit();

    expect(mounts.join("\n")).toContain("/dev/vda / btrfs ro");
    expect(guest.console.text()).toContain(String.raw`earlyboot: root LABEL=\x1b[2Jä€`);
  },
  { programs: ["btrfs"] },
);
