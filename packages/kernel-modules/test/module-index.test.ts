import { expect, it } from "@jest/globals";

import {
  dependencyNames,
  matchAlias,
  moduleDirectory,
  readModuleIndex,
} from "@earlyboot/kernel-modules";
import { simulateLinux } from "@earlyboot/linux-syscalls/testing";

import { machineWith, modules, release } from "./machine.ts";

it("opens nothing but modules.dep before it is needed", () => {
  const { linux } = machineWith({ a: "" });

  expect(linux.trace.map(({ text }) => text)).toEqual([`read ${modules}/modules.dep`]);
});

it("knows a module by - and _, and what it needs in the order of loading", () => {
  const { index } = machineWith({
    "virtio-blk": "virtio-ring virtio",
    virtio: "",
    "virtio-ring": "virtio",
  });

  const module = index.modules.get("virtio_blk");
  expect(module).toMatchObject({ name: "virtio_blk", path: "kernel/virtio-blk.ko" });
  expect(dependencyNames(module ?? { needed: "" })).toEqual(["virtio", "virtio_ring"]);
});

it("names the kernels whose modules are there when those of the running one are not", () => {
  const linux = simulateLinux({
    files: {
      "/lib/modules/6.1.0-1-amd64/modules.dep": "",
      "/lib/modules/6.1.0-2-amd64/modules.dep": "",
    },
  });

  expect(() => readModuleIndex(linux, moduleDirectory(linux))).toThrow(
    expect.objectContaining({
      name: "ModuleError",
      code: "ENOENT",
      message:
        `There is no ${modules}/modules.dep: of the modules, those of 6.1.0-1-amd64, 6.1.0-2-amd64 are here. ` +
        `Use an image that was made for the running kernel, ${release}.`,
    }),
  );
});

it("takes the files of modprobe.d by name, those of /etc instead of those of the same name in /lib", () => {
  const { index } = machineWith(
    { a: "" },
    {
      "/etc/modprobe.d/b.conf": "options a x=2",
      "/lib/modprobe.d/b.conf": "options a x=1",
      "/lib/modprobe.d/a.conf": "options a x=0",
      "/lib/modprobe.d/readme": "nonsense",
    },
  );

  expect(index.configuration.options).toEqual([
    ["a", "x=0"],
    ["a", "x=2"],
  ]);
  expect(index.configuration.problems).toEqual([]);
});

it("goes on without a file of modprobe.d that cannot be read, and says so", () => {
  const { index } = machineWith(
    { a: "" },
    {
      "/etc/modprobe.d/a.conf": { kind: "link", target: "/nowhere" },
      "/etc/modprobe.d/b.conf/c.conf": "options a x=1",
      "/etc/modprobe.d/d.conf": "options a x=2",
    },
  );

  expect(index.configuration.options).toEqual([["a", "x=2"]]);
  expect(index.configuration.problems).toEqual([
    expect.stringMatching(/^\/etc\/modprobe\.d\/a\.conf cannot be read: ENOENT/),
    expect.stringMatching(/^\/etc\/modprobe\.d\/b\.conf cannot be read: EISDIR/),
  ]);
});

it("takes of a damaged modules.dep the lines that are whole", () => {
  const { linux } = machineWith({ a: "" });
  const lines = "kernel/b.ko:  kernel/a.ko \n\nkernel/a.ko:\n\0\0\0\nnonsense\nkernel/c.k";
  linux.writeFile(`${modules}/modules.dep`, lines);

  const index = readModuleIndex(linux, modules);

  expect([...index.modules.keys()]).toEqual(["b", "a"]);
  expect(dependencyNames(index.modules.get("b") ?? { needed: "" })).toEqual(["a"]);
});

it("gives what several lines of modprobe.d say of an alias once, in their order", () => {
  const conf = "alias x:* b\nalias x:1 a\nalias x:?* b\nalias x:1* c";
  const { index } = machineWith({ a: "", b: "", c: "" }, { "/etc/modprobe.d/a.conf": conf });

  expect(matchAlias(index, "x:1")).toEqual(["b", "a", "c"]);
});

it("lets modprobe.d decide about an alias, then names, then the modules' own aliases, then the kernel's", () => {
  const { index } = machineWith(
    { disk: "", "other-disk": "" },
    {
      [`${modules}/modules.alias`]:
        "alias disk other_disk\nalias bus:d1* disk\nalias bus:d2* disk\n",
      [`${modules}/modules.symbols`]: "alias symbol:disk_open disk\n",
      [`${modules}/modules.builtin`]: "kernel/fs/ext4/ext4.ko\n",
      [`${modules}/modules.builtin.modinfo`]: "ext4.license=GPL\0ext4.alias=fs-ext4\0",
      "/etc/modprobe.d/a.conf": "alias bus:d2* other-disk",
    },
  );

  expect(matchAlias(index, "bus:d10")).toEqual(["disk"]);
  expect(matchAlias(index, "bus:d20")).toEqual(["other_disk"]);
  expect(matchAlias(index, "other_disk")).toEqual(["other_disk"]);
  expect(matchAlias(index, "disk")).toEqual(["disk"]);
  expect(matchAlias(index, "symbol:disk_open")).toEqual(["disk"]);
  expect(matchAlias(index, "ext4")).toEqual(["ext4"]);
  expect(matchAlias(index, "fs-ext4")).toEqual(["ext4"]);
  expect(matchAlias(index, "fs-xfs")).toEqual([]);
});
