#!/usr/bin/env node
import * as fs from "node:fs";
import { parseArgs, promisify } from "node:util";
import { type BlockDevice, formatDeviceNumber, printable } from "@earlyboot/linux-syscalls";
import type { BlockDeviceInfo } from "./block-device-info.ts";
import { formatSize } from "./describe-block-device.ts";
import { contentOf, problemOf } from "./device-content.ts";
import type { BlockDeviceLinux } from "./device-tracker.ts";
import { listBlockDevices } from "./list-block-devices.ts";
import type { Source } from "./source.ts";

const help = `Usage: block-devices [--json] [FILE…]

Shows what is on this machine's block devices, or on the given devices and image files:
file systems, swap, members of RAID, LVM and LUKS, partition tables. Root is needed only
for what others may not read.

  --json   print everything that is known, as JSON
  --help   print this text
`;

/** The part of Linux that listing needs, by way of Node. */
const linux: BlockDeviceLinux = {
  readDirectory: (path) => fs.readdirSync(path).map((name) => ({ name, kind: "unknown" })),
  readText: (path) => fs.readFileSync(path, "utf8"),
  openBlockDevice: openFile,
};

const read = promisify(fs.read);

/** Opens a block device, or a file that is used as one. */
async function openFile(path: string): Promise<BlockDevice> {
  const descriptor = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const status = fs.fstatSync(descriptor, { bigint: true });
  const block = `/sys/dev/block/${formatDeviceNumber(status.rdev)}`;
  return {
    size: status.isBlockDevice() ? BigInt(attribute(block, "size")) * 512n : status.size,
    sectorSize: status.isBlockDevice() ? sectorSizeOf(block) : 512,
    async read(offset, length) {
      const buffer = new Uint8Array(length);
      const { bytesRead } = await read(descriptor, buffer, 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
    close: () => fs.closeSync(descriptor),
  };
}

/** Of a partition, its disk's. */
function sectorSizeOf(block: string): number {
  const queue = fs.existsSync(`${block}/queue`) ? "queue" : "../queue";
  return Number(attribute(block, `${queue}/logical_block_size`));
}

function attribute(block: string, name: string): string {
  return fs.readFileSync(`${block}/${name}`, "utf8").trim();
}

/** A file and the partitions in it, as if they were devices. */
async function lookInto(path: string): Promise<readonly BlockDeviceInfo[]> {
  const device = await openFile(path);
  try {
    // A file does not say what its sectors were.
    const source: Source = fs.statSync(path).isBlockDevice()
      ? device
      : { size: device.size, read: async (offset, length) => await device.read(offset, length) };
    const whole = {
      name: path,
      path,
      device: 0n,
      size: source.size,
      ...(await contentOf(source, true)),
    };
    const partitions = whole.partitionTable?.partitions ?? [];
    const parts = partitions.map(async (partition) => {
      const [name, size] = [`${path}#${partition.number}`, within(partition, source.size)];
      const content = await contentOf(partOf(source, partition.start, size), false);
      return { name, path: name, device: 0n, size, disk: path, partition, ...content };
    });
    return [whole, ...(await Promise.all(parts))];
  } finally {
    device.close();
  }
}

/** A table may promise more than there is. */
function within({ start, size }: { start: bigint; size: bigint }, whole: bigint): bigint {
  if (start >= whole) return 0n;
  return start + size > whole ? whole - start : size;
}

function partOf(source: Source, start: bigint, size: bigint): Source {
  return { size, read: (offset, length) => source.read(start + offset, length) };
}

/** A table for people, one line for each device, partitions below their disks. */
function formatTable(devices: readonly BlockDeviceInfo[]): string {
  const rows = [
    ["NAME", "SIZE", "TYPE", "VERSION", "LABEL", "UUID", "PARTLABEL", "NOTE"],
    ...devices.map(rowOf),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => lengthOf(row[column]))));
  const pad = (cell: string, column: number): string =>
    cell + " ".repeat((widths?.[column] ?? 0) - lengthOf(cell));
  return rows.map((row) => `${row.map(pad).join("  ").trimEnd()}\n`).join("");
}

function rowOf(device: BlockDeviceInfo): readonly string[] {
  const { status, identification, partitionTable, partition, candidates, problem } = device;
  const table = partitionTable === undefined ? "" : `(${partitionTable.type})`;
  const types = candidates?.map(({ type }) => type).join("|");
  const rejected = device.rejections?.map(({ rejected: type, why }) => `not ${type}: ${why}`) ?? [];
  return [
    `${device.disk === undefined ? "" : "└─"}${device.path.replace(/^\/dev\//, "")}`,
    formatSize(device.size),
    types ?? identification?.type ?? (status === "read" ? table : status),
    identification?.version ?? "",
    identification?.label ?? "",
    identification?.uuid ?? "",
    partition?.label ?? "",
    [problem, ...rejected].filter((note) => note !== undefined).join("; "),
  ].map(printable);
}

/** In characters. */
function lengthOf(text: string | undefined): number {
  return Array.from(text ?? "").length;
}

function formatJson(devices: readonly BlockDeviceInfo[]): string {
  return `${JSON.stringify(devices, replaceBigint, 2)}\n`;
}

/** Sizes become numbers, device numbers `MAJ:MIN`; a file has none. */
function replaceBigint(key: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  if (key !== "device") return Number(value);
  return value === 0n ? undefined : formatDeviceNumber(value);
}

/** Looks into each file; one that cannot be read does not keep the others from being shown. */
async function lookIntoAll(paths: readonly string[]): Promise<readonly BlockDeviceInfo[]> {
  const found: BlockDeviceInfo[] = [];
  for (const path of paths) {
    try {
      found.push(...(await lookInto(path)));
    } catch (error) {
      console.error(`block-devices: ${printable(path)}: ${printable(problemOf(error))}`);
      process.exitCode = 1;
    }
  }
  return found;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    allowPositionals: true,
  });
  if (values.help) return void process.stdout.write(help);
  const devices =
    positionals.length > 0 ? await lookIntoAll(positionals) : await listBlockDevices(linux);
  process.stdout.write(values.json ? formatJson(devices) : formatTable(devices));
}

try {
  await main();
} catch (error) {
  console.error(`block-devices: ${problemOf(error)}`);
  process.exitCode = 2;
}
