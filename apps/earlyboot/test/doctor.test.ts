import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type { InitrdRequest } from "../src/build/build-initrd.ts";
import { checkForBooting } from "../src/doctor/check-machine.ts";
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

let top = "";
let sys = "";
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "earlyboot-test-"));
  sys = join(top, "sys");
});
afterEach(() => rmSync(top, { recursive: true }));

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

const version = "6.1.0-made-up";

/** The files of a machine with its root on the second partition of a virtio disk, which boots. */
const soundMachine: Readonly<Record<string, string>> = {
  "proc/cmdline": "root=LABEL=system quiet\n",
  "proc/meminfo": "MemTotal:        1024000 kB\n",
  "proc/self/mountinfo": "21 1 254:2 / / rw - ext4 /dev/vda2 rw\n",
  [`boot/config-${version}`]: configOf(all),
  [`lib/modules/${version}/modules.dep`]: ["virtio_blk", "virtio_pci", "ext4", "btrfs"]
    .map((name) => `kernel/${name}.ko:\n`)
    .join(""),
  [`lib/modules/${version}/modules.alias`]: "alias fs-ext4 ext4\nalias fs-btrfs btrfs\n",
  [`lib/modules/${version}/modules.builtin`]: "kernel/virtio.ko\n",
  "usr/sbin/e2fsck": "",
};

const adapter = "devices/pci0/0000:00:01.0";
const disk = `${adapter}/virtio0/block/vda`;

function makeMachine(changes: Readonly<Record<string, string>> = {}) {
  for (const [path, text] of Object.entries({ ...soundMachine, ...changes })) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), text, { mode: 0o755 });
  }
  addDevice(`${disk}/vda2`, "254:2");
  link("class/block/vda2", `${disk}/vda2`);
  link(`${adapter}/virtio0/driver/module`, "module/virtio_blk");
  link(`${adapter}/driver/module`, "module/virtio_pci");
}

function look(request: Partial<InitrdRequest> = {}, held?: readonly string[]) {
  const whole: InitrdRequest = {
    architecture: "x64",
    kernelVersion: version,
    modulesDirectory: join(top, "lib/modules", version),
    modules: "auto",
    fileSystems: ["ext4"],
    ...request,
  };
  return checkForBooting(whole, "zstd", {
    top,
    ...(held === undefined ? {} : { held: new Set(held) }),
  }).filter(({ level }) => level !== "ok");
}

it("finds nothing wrong with a machine that boots, before an image is built and after", () => {
  makeMachine();

  expect(look()).toEqual([]);
  expect(look({}, ["virtio_blk", "virtio_pci", "ext4"])).toEqual([]);
});

it.each([
  [
    "the driver of the root's disk",
    ["virtio_pci", "ext4"],
    "is driven by virtio_blk, which the image does not have",
  ],
  [
    "the driver of its bus",
    ["virtio_blk", "ext4"],
    "is driven by virtio_pci, which the image does not have",
  ],
  ["the root's file system", ["virtio_blk", "virtio_pci"], "the image does not have ext4"],
])("says that an image without %s would not boot", (_, held, words) => {
  makeMachine();

  expect(look({}, held)).toEqual([
    { level: "problem", subject: "root", text: expect.stringContaining(words) },
  ]);
});

it("says that another kernel has no driver for the root's disk", () => {
  makeMachine({ [`lib/modules/${version}/modules.dep`]: "kernel/ext4.ko:\n" });

  expect(look()).toMatchObject([
    {
      level: "problem",
      text: expect.stringMatching(/virtio_blk, virtio_pci, which the kernel of/),
    },
  ]);
});

it("knows the disk of a btrfs, which has a number of its own", () => {
  makeMachine({
    "proc/self/mountinfo": "21 1 0:25 /@ / rw - btrfs /dev/vda2 rw\n",
    "dev/vda2": "",
  });

  expect(look({}, ["btrfs", "virtio_pci"])).toMatchObject([
    { level: "problem", text: expect.stringContaining("is driven by virtio_blk, which the image") },
  ]);
});

it("says that a root which has to be put together is not, yet", () => {
  makeMachine({ "proc/self/mountinfo": "21 1 253:0 / / rw - ext4 /dev/mapper/system rw\n" });
  addDevice("devices/virtual/block/dm-0", "253:0");
  link("devices/virtual/block/dm-0/slaves/vda2", `${disk}/vda2`);

  expect(look()).toMatchObject([
    {
      level: "problem",
      text: expect.stringContaining("/dev/mapper/system is made of other devices"),
    },
  ]);
});

it.each([
  ["a checker", "warning", { "usr/sbin/e2fsck": "" }, /would be mounted unchecked/],
  [
    "enough memory",
    "problem",
    { "proc/meminfo": "MemTotal: 120000 kB\n" },
    /less than the 256 MiB/,
  ],
  [
    "root= and the like",
    "warning",
    { "proc/cmdline": "quiet\n" },
    /names one: give the boot loader/,
  ],
  [
    "zstd in the kernel",
    "problem",
    { [`boot/config-${version}`]: configOf(all.filter((name) => name !== "RD_ZSTD")) },
    /unpack an image compressed by zstd/,
  ],
  [
    "devtmpfs",
    "warning",
    { [`boot/config-${version}`]: configOf(all.filter((name) => name !== "DEVTMPFS")) },
    /without it earlyboot makes the common ones/,
  ],
] as const)(
  "says before the reboot that a machine lacks %s: a %s",
  (what, level, changes, words) => {
    makeMachine(changes);
    if (what === "a checker") rmSync(join(top, "usr/sbin/e2fsck"));

    expect(look()).toMatchObject([{ level, text: expect.stringMatching(words) }]);
  },
);

it("is content with a root that the configuration names", () => {
  makeMachine({ "proc/cmdline": "quiet\n" });

  expect(look({ configuration: { root: { device: "LABEL=system" } } })).toEqual([]);
});
