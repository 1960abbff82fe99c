import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import type { BootConfiguration } from "@earlyboot/initrd-init";
import type { SimulationOptions } from "@earlyboot/linux-syscalls/testing";
import { fileSystem, toSpec } from "@earlyboot/mount-spec";
import { plainMachine, rootFiles, simulateBoot } from "./support/simulated-boot.ts";

/** A machine with one disk. */
function disk(
  content: NonNullable<SimulationOptions["devices"]>[number]["fileSystem"],
  commandLine: string,
): SimulationOptions {
  const device = content === undefined ? { name: "vda" } : { name: "vda", fileSystem: content };
  return { ...plainMachine, commandLine, devices: [device] };
}

const uuid = "0b1f2f3a-6f58-4f6e-9d4c-2c54d1b1a001";
const root = { type: "ext4", label: "root", uuid, files: rootFiles };
const { "/sbin/init": _, ...withoutInit } = rootFiles;

const mistakes: Readonly<Record<string, readonly [SimulationOptions, BootConfiguration?]>> = {
  "wrong-label": [disk(root, "root=LABEL=rot rootwait=5")],
  "missing-driver": [
    {
      ...plainMachine,
      devices: [],
      commandLine: "root=LABEL=root rootwait=5",
      files: {
        ...plainMachine.files,
        "/lib/modules/6.12.0-simulated/modules.dep": "",
        "/lib/modules/6.12.0-simulated/modules.alias.absent":
          "alias pci:v00001AF4d*sv*sd*bc*sc*i* virtio_pci\n",
      },
      hardware: [
        {
          devpath: "/devices/pci0000:00/0000:00:03.0",
          subsystem: "pci",
          properties: { MODALIAS: "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00" },
          attributes: { modalias: () => "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00" },
        },
      ],
    },
  ],
  "image-of-another-kernel": [
    { ...plainMachine, devices: [], commandLine: "root=LABEL=root rootwait=5" },
    { version: 1, kernel: "6.1.0-1-amd64" },
  ],
  "wrong-type": [disk(root, "root=LABEL=root rootfstype=xfs")],
  "broken-superblock": [disk({ ...root, failure: "EUCLEAN" }, "root=LABEL=root")],
  "two-disks-with-one-label": [
    {
      ...plainMachine,
      commandLine: "root=LABEL=root",
      devices: [
        { name: "vda", fileSystem: root },
        { name: "vdb", fileSystem: { ...root, uuid: "0b1f2f3a-6f58-4f6e-9d4c-2c54d1b1a002" } },
      ],
    },
  ],
  "nothing-on-the-device": [disk(undefined, "root=/dev/vda")],
  "no-init": [disk({ ...root, files: withoutInit }, "root=LABEL=root")],
  "init-not-executable": [
    disk(
      {
        ...root,
        files: { ...withoutInit, "/sbin/init": { kind: "file", content: "#!/bin/sh\n" } },
      },
      "root=LABEL=root",
    ),
  ],
  "errors-left-by-the-checker": [
    {
      ...disk(root, "root=LABEL=root fsck.mode=force"),
      programs: {
        "/sbin/e2fsck": {
          status: 4,
          output: "root: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.\n",
        },
      },
    },
  ],
  "no-overlay-for-a-volatile-root": [
    { ...disk(root, "root=LABEL=root earlyboot.volatile"), withoutFileSystems: ["overlay"] },
  ],
  "unreadable-root-parameter": [disk(root, "root=UUID=0b1f2f3a")],
  "declared-file-system-is-missing": [
    disk(root, "root=LABEL=root earlyboot.timeout=5"),
    {
      version: 1,
      fileSystems: [
        toSpec(
          fileSystem({
            device: { label: "home" },
            mountPoint: "/home",
            type: "ext4",
            neededForBoot: true,
          }),
        ),
      ],
    },
  ],
  "damaged-configuration": [disk(root, "root=LABEL=root"), { version: 1 }],
};

it.each(Object.keys(mistakes))("shows the reviewed screen for %s", async (name) => {
  const [machine = plainMachine, configuration = { version: 1 as const }] = mistakes[name] ?? [];
  const problem =
    name === "damaged-configuration" ? { problem: "/etc/earlyboot.json is cut off" } : {};

  const { console } = await simulateBoot(machine, { ...configuration, ...problem });

  const start = console.indexOf("earlyboot: this machine did not boot");
  const screen = console.slice(start, console.indexOf("\n\n", start) + 1);
  expect(screen).toBe(reviewed(name, screen));
});

/** The text that somebody has read; a screen that nobody has yet is written, to be read. */
function reviewed(name: string, screen: string): string {
  const file = fileURLToPath(new URL(`screens/${name}.txt`, import.meta.url));
  if (!existsSync(file) && process.env["CI"] === undefined) writeFileSync(file, screen);
  return readFileSync(file, "utf8");
}
