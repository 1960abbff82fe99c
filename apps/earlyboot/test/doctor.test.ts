import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { checkKernelOptions, parseKernelOptions } from "../src/doctor/kernel-options.ts";
import { driversOf } from "../src/doctor/root-drivers.ts";

const all =
  "BLK_DEV_INITRD BINFMT_ELF PROC_FS SYSFS NET TMPFS FUTEX EPOLL EVENTFD DEVTMPFS RD_ZSTD".split(
    " ",
  );

function configOf(options: readonly string[]): string {
  return options.map((name) => `CONFIG_${name}=y\n`).join("");
}

it("is content with a kernel that has every option", () => {
  const findings = checkKernelOptions(parseKernelOptions(configOf(all)), "6.1.0", "zstd");

  expect(findings.map(({ level }) => level)).toEqual(["ok"]);
});

it.each([
  ["RD_ZSTD", "problem", "choose another compression"],
  ["PROC_FS", "problem", "to read the kernel's command line"],
  ["DEVTMPFS", "warning", "makes the common ones itself"],
])("tells what a kernel without %s means: a %s", (lacking, level, words) => {
  const options = parseKernelOptions(configOf(all.filter((name) => name !== lacking)));

  const findings = checkKernelOptions(options, "6.1.0", "zstd");

  expect(findings).toEqual([
    { level, subject: `kernel: CONFIG_${lacking}`, text: expect.stringContaining(words) },
  ]);
});

it("takes an option that is a module for one that is not there in time", () => {
  const options = parseKernelOptions(`${configOf(all)}CONFIG_TMPFS=m\n`);

  expect(checkKernelOptions(options, "6.1.0", "zstd")).toMatchObject([
    { subject: "kernel: CONFIG_TMPFS" },
  ]);
});

let sys = "";
beforeEach(() => {
  sys = mkdtempSync(join(tmpdir(), "earlyboot-test-"));
});
afterEach(() => rmSync(sys, { recursive: true }));

function addDevice(path: string, number: string) {
  mkdirSync(join(sys, path), { recursive: true });
  mkdirSync(join(sys, "dev/block"), { recursive: true });
  writeFileSync(join(sys, path, "dev"), `${number}\n`);
  symlinkSync(join(sys, path), join(sys, "dev/block", number));
}

function link(from: string, to: string) {
  mkdirSync(dirname(join(sys, from)), { recursive: true });
  mkdirSync(join(sys, to), { recursive: true });
  symlinkSync(join(sys, to), join(sys, from));
}

it("follows a logical volume through its partition to the bus of its disk", () => {
  const adapter = "devices/pci0/0000:00:01.0";
  const partition = `${adapter}/virtio0/block/vda/vda2`;
  addDevice(partition, "254:2");
  addDevice("devices/virtual/block/dm-0", "253:0");
  link("devices/virtual/block/dm-0/slaves/vda2", partition);
  link(`${adapter}/virtio0/driver/module`, "module/virtio_blk");
  link(`${adapter}/driver/module`, "module/virtio_pci");

  expect(driversOf("254:2", sys)).toEqual(["virtio_blk", "virtio_pci"]);
  expect(driversOf("253:0", sys)).toEqual(["virtio_blk", "virtio_pci"]);
  expect(driversOf("9:9", sys)).toEqual([]);
});
