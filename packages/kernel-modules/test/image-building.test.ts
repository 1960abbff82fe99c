import { describe, expect, it } from "@jest/globals";

import {
  cutModuleIndex,
  genericModules,
  matchAlias,
  moduleClosure,
  planLoad,
  readModuleIndex,
} from "@earlyboot/kernel-modules";
import { moduleImage, simulateLinux } from "@earlyboot/linux-syscalls/testing";

import { kernelTree } from "./debian-kernels.ts";
import { hostFiles } from "./host-files.ts";
import { machineWith, modules } from "./machine.ts";

describe("moduleClosure", () => {
  it("gives the files in load order, with firmware, and what else they want", () => {
    const { index } = machineWith(
      { disk: "bus", bus: "", crc: "", phy: "" },
      {
        [`${modules}/kernel/bus.ko`]: moduleImage({ name: "bus", firmware: ["bus.bin"] }),
        [`${modules}/modules.softdep`]: "softdep disk pre: crc\n",
        [`${modules}/modules.weakdep`]: "weakdep disk phy\n",
        [`${modules}/modules.builtin`]: "kernel/fs/ext4/ext4.ko\n",
      },
    );

    const closure = moduleClosure(index, ["disk", "ext4", "nothing"]);

    expect(closure.modules.map(({ path, firmware }) => [path, firmware])).toEqual([
      ["kernel/bus.ko", ["bus.bin"]],
      ["kernel/crc.ko", []],
      ["kernel/disk.ko", []],
      ["kernel/phy.ko", []],
    ]);
    expect(closure.builtin).toEqual(["ext4"]);
    expect(closure.missing).toEqual(["nothing"]);
  });

  it("names the file of a module that is damaged", () => {
    const { linux } = machineWith(
      {},
      {
        [`${modules}/modules.dep`]: "kernel/a.ko:\n",
        [`${modules}/kernel/a.ko`]: Uint8Array.of(1),
      },
    );

    expect(() => moduleClosure(readModuleIndex(linux, modules), ["a"])).toThrow(
      expect.objectContaining({
        code: "ENOEXEC",
        message: expect.stringMatching(
          /the module \S*kernel\/a\.ko is damaged \(not an ELF file\)/,
        ),
      }),
    );
  });

  it("decompresses modules to read them", () => {
    const { linux } = machineWith(
      {},
      {
        [`${modules}/modules.dep`]: "kernel/a.ko.xz:\n",
        [`${modules}/kernel/a.ko.xz`]: Uint8Array.of(1),
      },
    );
    const decompressors = { xz: () => moduleImage({ name: "a", firmware: "a.bin" }) };

    const index = readModuleIndex(linux, modules, { decompressors });

    expect(moduleClosure(index, ["a"]).modules).toMatchObject([{ firmware: ["a.bin"] }]);
    expect(() => moduleClosure(readModuleIndex(linux, modules), ["a"])).toThrow(
      `${modules}/kernel/a.ko.xz: nothing here decompresses .xz`,
    );
    const later = readModuleIndex(linux, modules, {
      decompressors: { xz: () => Promise.reject(new Error("damaged")) },
    });
    expect(() => moduleClosure(later, ["a"])).toThrow(
      `${modules}/kernel/a.ko.xz: nothing here decompresses it at once`,
    );
  });
});

describe("cutModuleIndex", () => {
  it("keeps what is about the modules, and the names of those that an image lacks", () => {
    const { index } = machineWith(
      { "my-disk": "bus", bus: "", other: "bus" },
      {
        [`${modules}/modules.alias`]:
          "# comment\nalias x:1* my_disk\nalias x:2* other\nalias x:3* bus\n",
        [`${modules}/modules.softdep`]: "softdep my_disk pre: bus\nsoftdep other pre: bus\n",
        [`${modules}/modules.devname`]: "my_disk disk b7:0\nother o c10:1\n",
        [`${modules}/modules.builtin`]: "kernel/fs/ext4/ext4.ko\n",
        [`${modules}/modules.builtin.modinfo`]: "ext4.license=GPL\0ext4.alias=fs-ext4\0",
      },
    );

    const files = cutModuleIndex(index, ["my_disk", "bus"], {
      absent: ["other", "bus"],
      pathOf: ({ path }) => `${path}.zst`,
    });

    expect(Object.fromEntries(files.map(({ name, text }) => [name, text]))).toEqual({
      "modules.dep": "kernel/my-disk.ko.zst: kernel/bus.ko.zst\nkernel/bus.ko.zst:\n",
      "modules.alias": "alias x:1* my_disk\nalias x:3* bus\n",
      "modules.alias.absent": "alias x:2* other\n",
      "modules.softdep": "softdep my_disk pre: bus\n",
      "modules.devname": "my_disk disk b7:0\n",
      "modules.builtin": "kernel/fs/ext4/ext4.ko\n",
      "modules.builtin.modinfo": "ext4.alias=fs-ext4\0",
    });
  });
});

const tree = kernelTree("amd64");
const describeDebian = tree === undefined ? describe.skip : describe;
const reason = tree === undefined ? " (skipped: needs amd64, which npm test unpacks)" : "";

describeDebian(`with Debian's amd64 kernel${reason}`, () => {
  const readDebian = () => readModuleIndex(hostFiles, tree?.modules ?? "", { configuration: [] });

  it("chooses what disks, file systems, ciphers, keyboards and QEMU's cards need", () => {
    const expected = `virtio_blk virtio_scsi virtio_pci virtio_mmio nvme ahci sd_mod
      usb_storage uas xhci_pci ehci_pci megaraid_sas mmc_block vmd
      ext4 btrfs xfs vfat squashfs overlay nls_cp437
      9p virtiofs dm_crypt dm_mod raid456 xts aesni_intel
      usbhid hid_generic virtio_net e1000 e1000e 8139cp ne2k_pci
      vmxnet3`;

    const chosen = genericModules(readDebian());

    expect(chosen).toEqual(expect.arrayContaining(expected.split(/\s+/)));
    expect(chosen).not.toEqual(expect.arrayContaining(["snd_hda_intel"]));
    expect(chosen).not.toEqual(expect.arrayContaining(["amdgpu"]));
  });

  it("plans the same with the tables cut down to what it chose", () => {
    const index = readDebian();
    const kept = moduleClosure(index, genericModules(index)).modules.map(({ name }) => name);
    const files = cutModuleIndex(index, kept).map(({ name, text }) => [`/m/${name}`, text]);
    const cut = readModuleIndex(simulateLinux({ files: Object.fromEntries(files) }), "/m");

    for (const name of kept) {
      expect(planLoad(cut, [name])).toEqual(planLoad(index, [name]));
    }
    const disk = "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00";
    expect(matchAlias(cut, disk)).toEqual(matchAlias(index, disk));
  });
});
