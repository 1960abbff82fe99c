/**
 * Prints what identifying each recorded image costs, beside `blkid -p` on the same image: `pnpm bench`.
 * The first column of times is processor time of one call in a process that is warm; blkid's is that of a
 * whole process, less that of one which does nothing.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identify } from "@earlyboot/block-devices";
import {
  readRecordedImages,
  sourceOf,
  unpack,
  writeImage,
  type SparseImage,
} from "./recorded-images.ts";

const rounds = 50;

interface Cost {
  readonly reads: number;
  readonly bytes: number;
  /** Of the processor. */
  readonly milliseconds: number;
}

async function costOfIdentify(image: SparseImage): Promise<Cost> {
  const source = sourceOf(image);
  await identify(source);
  const { reads, bytes } = source;
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) await identify(sourceOf(image));
  const { user, system } = process.cpuUsage(before);
  return { reads, bytes, milliseconds: (user + system) / 1000 / rounds };
}

/** What strace(1) and sh(1) see of blkid; `undefined` where strace or blkid is missing. */
function costOfBlkid(path: string, idle: number): Cost | undefined {
  const trace = `${path}.trace`;
  const line = 'strace -P "$1" -e read,pread64 -o "$2" blkid -p "$1"';
  const isMissing = spawnSync("sh", ["-c", line, "sh", path, trace]).status === 127;
  if (isMissing) return undefined;
  const cpu = childCpu(["blkid", "-p", path]);
  const calls = readFileSync(trace, "utf8").split("\n");
  const counts = calls.map((call) => Number(/^p?read.* = (\d+)$/.exec(call)?.[1] ?? Number.NaN));
  const reads = counts.filter((count) => count >= 0);
  const bytes = reads.reduce((sum, count) => sum + count, 0);
  return { reads: reads.length, bytes, milliseconds: Math.max(0, cpu - idle) };
}

/** Processor time of a program, in milliseconds, as `times` of sh(1) counts it over some runs. */
function childCpu(command: readonly string[]): number {
  const script = 'i=0; while [ $i -lt 50 ]; do "$@" >/dev/null; i=$((i+1)); done; times';
  const { stdout } = spawnSync("sh", ["-c", script, "sh", ...command]);
  const ofChildren = stdout.toString().trim().split("\n").at(-1) ?? "";
  const times = ofChildren.match(/[\d.]+(?=s)/g) ?? [];
  return (times.map(Number).reduce((sum, time) => sum + time, 0) * 1000) / 50;
}

function row(name: string, cost: Cost | undefined, blkid: Cost | undefined): string {
  const columns = [cost, blkid].map((each) =>
    each === undefined
      ? "                        -"
      : `${String(each.reads).padStart(5)} ${(each.bytes / 1024).toFixed(0).padStart(7)} KiB ${each.milliseconds.toFixed(2).padStart(5)} ms`,
  );
  return `${name.padEnd(42)} ${columns.join("   ")}\n`;
}

const directory = mkdtempSync(join(tmpdir(), "block-devices-"));
const idle = childCpu(["true"]);
process.stdout.write(`${" ".repeat(43)}reads    bytes      CPU   blkid: reads, bytes, CPU\n`);
const costs: Cost[] = [];
for (const recorded of readRecordedImages()) {
  const image = unpack(recorded);
  const path = join(directory, "image");
  writeImage(path, image);
  const cost = await costOfIdentify(image);
  costs.push(cost);
  process.stdout.write(row(recorded.name, cost, costOfBlkid(path, idle)));
}
rmSync(directory, { recursive: true });
const most = (of: (cost: Cost) => number): number => Math.max(...costs.map(of));
process.stdout.write(
  row(
    "the most",
    {
      reads: most((cost) => cost.reads),
      bytes: most((cost) => cost.bytes),
      milliseconds: most((cost) => cost.milliseconds),
    },
    undefined,
  ),
);
