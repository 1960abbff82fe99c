import type { Example } from "./examples.ts";

/** Where the examples of a document run, and what they print there. */
export interface Stage {
  /** Options of `simulateLinux`, for examples that change a machine; the others run on this one. */
  readonly machine?: object;
  /** What is mounted before the example begins. */
  readonly mounts?: readonly object[];
  readonly prints: RegExp;
  /** How it ends; default 0. Becoming another program ends the simulation, which nobody catches: 1. */
  readonly status?: number;
}

/** By the name of the package or the page, or of one example. */
const stages: Readonly<Record<string, Stage>> = {
  "boot-program-1": {
    machine: { files: { "/sbin/init": { kind: "file", program: {} } } },
    prints: /^devtmpfs \/dev [^]*SIMULATION_ENDED/m,
    status: 1,
  },
  "boot-program-2": { prints: /^$/ },
  "boot-program-3": { prints: /^$/ },
  "test-your-boot-code": { prints: /^$/ },
  "block-devices": { prints: /type: 'ext4'[^]*label: 'root'/ },
  cmdline: { prints: /^quiet: (true|false)$/m },
  earlyboot: { prints: /^$/ },
  "initrd-image": { prints: /^\d+ [0-9a-f]{64} \d+$/m },
  "initrd-init": { prints: /LABEL=root is, on \/dev\/vda/ },
  "linux-syscalls": { prints: /^$/ },
  "linux-syscalls-ffi": { prints: /^Linux [0-9a-f]+$/m },
  "mount-spec": {
    machine: { files: { "/mnt": { kind: "directory" } } },
    prints: /\/scratch/,
  },
  "device-nodes": {
    machine: {
      files: {
        "/mnt": { kind: "directory" },
        ...moduleFiles({ "modules.devname": "loop loop-control c10:237\n" }),
      },
    },
    prints: /^\d\d+ nodes made$/m,
  },
  "fsck-runner": {
    machine: {
      programs: { "/sbin/e2fsck": { status: 1, takes: 100 } },
      devices: [
        {
          name: "vda",
          partitions: [{ number: 1, size: 1_048_576, fileSystem: { type: "ext4" } }],
        },
      ],
    },
    prints: /vda1.*corrected/,
  },
  "kernel-modules": {
    machine: {
      files: moduleFiles({
        "modules.dep": "",
        "modules.alias": "",
        "modules.builtin": "kernel/drivers/block/loop.ko\n",
      }),
      hardware: [
        {
          devpath: "/devices/pci0000:00/0000:00:03.0",
          subsystem: "pci",
          properties: { MODALIAS: "pci:v00001AF4d00001001sv0sd0bc01sc00i00" },
        },
      ],
    },
    prints: /^loop builtin[^]*^nothing answers to pci:v00001AF4/m,
  },
  "qemu-net": {
    machine: { interfaces: { eth0: {} } },
    prints: /eth0 is up: 10\.0\.2\.10/,
  },
  "switch-root": {
    machine: {
      files: { "/init": { kind: "file" }, "/root": { kind: "directory" } },
      devices: [
        {
          name: "vda",
          fileSystem: { type: "ext4", files: { "/sbin/init": { kind: "file", program: {} } } },
        },
      ],
    },
    mounts: [{ source: "/dev/vda", target: "/root", type: "ext4" }],
    prints: /^switched by \w+, becoming \/sbin\/init$[^]*SIMULATION_ENDED/m,
    status: 1,
  },
};

/** Where `example` runs. */
export function stageOf({ file, subject }: Example): Stage | undefined {
  return stages[file.replace(/\.\w+$/, "")] ?? stages[subject];
}

/** Says `openLinux()` to a machine that exists in memory only. */
export const simulatedAdapter = `
import { registerHooks } from "node:module";
const simulated = new URL("simulated-linux.js", import.meta.url).href;
registerHooks({
  resolve: (name, context, next) =>
    name === "@earlyboot/linux-syscalls-ffi"
      ? { url: simulated, shortCircuit: true }
      : next(name, context),
});
`;

/** What is imported instead of the adapter. */
export const simulatedLinux = `
import { simulateLinux } from "@earlyboot/linux-syscalls/testing";
const { machine, mounts = [] } = JSON.parse(process.env.STAGE);
export function openLinux() {
  const linux = simulateLinux(machine);
  for (const mount of mounts) linux.inspect.mount(mount);
  return linux;
}
`;

function moduleFiles(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [`/lib/modules/6.12.0-simulated/${name}`, text]),
  );
}
