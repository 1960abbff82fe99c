import { makedev } from "../device-number.ts";
import { fail } from "./kernel-fault.ts";
import type { Kernel } from "./kernel.ts";

const drivers: readonly (readonly [name: RegExp, major: number, step: number])[] = [
  [/^sd([a-z])$/, 8, 16],
  [/^vd([a-z])$/, 252, 16],
  [/^sr(\d+)$/, 11, 1],
  [/^loop(\d+)$/, 7, 1],
  [/^ram(\d+)$/, 1, 1],
  [/^dm-(\d+)$/, 253, 1],
  [/^md(\d+)$/, 9, 1],
  [/^mmcblk(\d+)$/, 179, 8],
  [/^nbd(\d+)$/, 43, 16],
];

/** The number that the driver of such a name gives; for others, the next of the extended major. */
export function usualNumber({ blocks }: Kernel, name: string): bigint {
  for (const [pattern, major, step] of drivers) {
    const unit = pattern.exec(name)?.[1];
    if (unit !== undefined) return makedev(major, step * unitNumber(unit));
  }
  let minor = 0;
  while (blocks.has(makedev(259, minor))) minor += 64;
  return minor > 0xfffff ? fail("ENOSPC") : makedev(259, minor);
}

function unitNumber(unit: string): number {
  return /^\d+$/.test(unit) ? Number(unit) : unit.charCodeAt(0) - "a".charCodeAt(0);
}
