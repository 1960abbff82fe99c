/**
 * Prints what an index and its lookups cost a process that does each for the first time, the least of several
 * processes: `pnpm bench [DIRECTORY]`, by default with the tables of Debian's full kernel, then with as many other
 * aliases besides.
 */
/* eslint-disable no-console -- printing is the purpose */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { matchAlias, readModuleIndex } from "@earlyboot/kernel-modules";

import { kernelTree } from "./debian-kernels.ts";
import { hostFiles } from "./host-files.ts";

const devices = [
  "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00",
  "virtio:d00000002v00001AF4",
  "usb:v0781p5581d0100dc00dsc00dp00ic08isc06ip50in00",
  "hid:b0003g0001v0000046Dp0000C31C",
  "acpi:PNP0A08:PNP0A03:",
  "of:NvirtioT(null)Cvirtio,mmio",
  "dmi:bvnSeaBIOS:bvr1.16:bd04/01/2014:br0.0:svnQEMU:pnStandardPC:pvrpc-7.2:cvnQEMU:ct1:cvrpc-7.2:sku:",
  "cpu:type:x86,ven0002fam0017mod0001:feature:,0000,0001,0002,0003,0004,0005,0006,0007,0008",
];

const processes = 15;
const once = "--once";

/** Milliseconds by what they were spent on. */
type Costs = Readonly<Record<string, number>>;

const words = process.argv.slice(2);
const directory = words.at(-1) ?? kernelTree("amd64")?.modules;
if (directory === undefined) throw new Error("name a directory with the tables of depmod");
if (words[0] === once) console.log(JSON.stringify(measure(directory, Number(words[1]))));
else for (const copies of [1, 2]) printLeast(directory, copies);

function printLeast(tables: string, copies: number): void {
  const all = Array.from({ length: processes }, (): Costs => {
    const command = [import.meta.filename, once, String(copies), tables];
    return JSON.parse(spawnSync(process.execPath, command, { encoding: "utf8" }).stdout);
  });
  for (const name of Object.keys(all[0] ?? {})) {
    const least = Math.min(...all.map((costs) => costs[name] ?? Infinity));
    console.log(`${least.toFixed(3).padStart(8)} ms  ${name}`);
  }
}

function measure(tables: string, copies: number): Costs {
  const aliases = readFileSync(`${tables}/modules.alias`, "utf8");
  const others = aliases.replaceAll(":v0", ":v9").replaceAll(":N", ":M");
  const bytes = Buffer.from(copies === 1 ? aliases : aliases + others);
  const readText = (path: string) =>
    path.endsWith("/modules.alias") ? bytes.toString() : hostFiles.readText(path);
  const costs: Record<string, number> = {};
  const begin = processorTime();
  const index = readModuleIndex({ ...hostFiles, readText }, tables, { configuration: [] });
  matchAlias(index, "none:of them");
  const size = `${index.modules.size} modules, ${bytes.toString().split("\n").length} aliases`;
  costs[`of the processor: index of ${size}`] = processorTime() - begin;
  for (const device of devices) {
    const start = performance.now();
    const found = matchAlias(index, device);
    costs[`${device.slice(0, 40).padEnd(40)} ${found.join(" ")}`] = performance.now() - start;
  }
  return costs;
}

/** Of this thread, in milliseconds: on a busy machine the clock tells little about what takes long. */
function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
