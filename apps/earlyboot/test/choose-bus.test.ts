import { readImage, writeCpio } from "@earlyboot/initrd-image";
import { expect, it } from "@jest/globals";
import { chooseBus, firstDisk } from "../src/try/choose-bus.ts";

async function imageWith(modules: readonly string[], builtin: readonly string[] = []) {
  const top = "lib/modules/6.1.0";
  const file = (path: string, text: string) =>
    ({ path, kind: "file", mode: 0o644, content: Buffer.from(text) }) as const;
  return readImage(
    writeCpio([
      file("init", ""),
      ...modules.map((name) => file(`${top}/kernel/drivers/${name}.ko.xz`, "")),
      ...(builtin.length === 0
        ? []
        : [
            file(
              `${top}/modules.builtin`,
              builtin.map((name) => `kernel/drivers/${name}.ko\n`).join(""),
            ),
          ]),
    ]),
  );
}

it.each([
  [[], [], "virtio"],
  [["virtio_pci", "virtio_blk", "nvme"], [], "virtio"],
  [["virtio_blk"], ["virtio-pci"], "virtio"],
  [["virtio_pci", "nvme"], [], "nvme"],
  [["ahci"], ["sd_mod"], "ahci"],
  [["virtio_pci", "virtio_scsi", "sd_mod"], [], "scsi"],
  [["xhci-pci", "usb-storage", "sd_mod"], [], "usb"],
] as const)(
  "gives an image with %j, and %j in the kernel, a disk on %s",
  async (modules, builtin, bus) => {
    expect(chooseBus(await imageWith(modules, builtin))).toBe(bus);
  },
);

it("refuses an image for which QEMU has no disk", async () => {
  const image = await imageWith(["mmc_block"]);

  expect(() => chooseBus(image)).toThrow("no driver for any disk that QEMU can give it");
});

it.each([
  ["virtio", undefined, "/dev/vda"],
  ["nvme", 2, "/dev/nvme0n1p2"],
  ["ahci", 1, "/dev/sda1"],
] as const)("calls the first disk on %s, partition %s, %s", (bus, partition, path) => {
  expect(firstDisk(bus, partition)).toBe(path);
});
