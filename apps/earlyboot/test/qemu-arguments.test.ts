import { expect, it } from "@jest/globals";
import { type GuestOptions, guestKernelWords, qemuArguments } from "@earlyboot/earlyboot";

const guest = { kernel: "/k", commandLine: "panic=-1", architecture: "x64" } as const;

it("boots a kernel with an image and a console on the standard streams", () => {
  const words = qemuArguments({ ...guest, image: "/i" }).join(" ");

  expect(words).toMatch(/^qemu-system-x86_64 -M q35 -accel tcg -cpu max,/);
  expect(words).toContain("-kernel /k -append panic=-1 -initrd /i");
  expect(words).toContain("-no-reboot");
});

it("keeps an emulated x86-64 from copying byte by byte, and takes other processors as they are", () => {
  const cpu = (options: Partial<GuestOptions>) =>
    /-cpu (\S+)/.exec(qemuArguments({ ...guest, ...options }).join(" "))?.[1];

  expect(cpu({})).toBe("max,erms=off,fsrm=off");
  expect(cpu({ architecture: "arm64" })).toBe("max");
  expect(cpu({ accelerator: "kvm" })).toBe("host");
});

it("lets no kernel fail at the clock of a slow emulation", () => {
  expect(guestKernelWords("x64")).toEqual(
    expect.arrayContaining(["tsc=reliable", "no_timer_check"]),
  );
  expect(guestKernelWords("arm64")).toEqual(["console=ttyAMA0", "panic=-1"]);
});

it("keeps changes to a disk out of its image, unless they are wanted", () => {
  const words = qemuArguments({ ...guest, disks: [{ file: "a" }, { file: "b", writable: true }] });

  expect(words).toContain("file=a,format=raw,if=none,id=disk0,snapshot=on");
  expect(words).toContain("file=b,format=raw,if=none,id=disk1");
});

it("doubles commas in the names of files, which end a value for QEMU", () => {
  expect(qemuArguments({ ...guest, disks: [{ file: "a,b" }] }).join(" ")).toContain("file=a,,b,");
});

it.each([
  ["virtio", ["virtio-blk-pci,drive=disk0"]],
  ["scsi", ["virtio-scsi-pci,id=scsi0", "scsi-hd,bus=scsi0.0,drive=disk0"]],
  ["nvme", ["nvme,serial=earlyboot0,drive=disk0"]],
  ["ahci", ["ahci,id=ahci0", "ide-hd,bus=ahci0.0,drive=disk0"]],
  ["usb", ["qemu-xhci,id=usb0", "usb-storage,bus=usb0.0,drive=disk0"]],
] as const)("attaches a disk by %s", (bus, devices) => {
  const words = qemuArguments({ ...guest, disks: [{ file: "a", bus }] });

  expect(words).toEqual(expect.arrayContaining([...devices]));
});
