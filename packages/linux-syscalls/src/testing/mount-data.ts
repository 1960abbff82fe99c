import { fail } from "./kernel-fault.ts";
import type { Capacity } from "./super-block.ts";

/** Options of a mount by their names; a bare word has the value `""`. */
export type MountData = ReadonlyMap<string, string>;

/** Splits the options of a mount at commas; EINVAL for one whose name is not in `known`. */
export function parseMountData(data: string | null, known?: readonly string[]): MountData {
  const words = (data ?? "").split(",").filter((word) => word !== "");
  const options = new Map(
    words.map((word) => {
      const [name = "", ...value] = word.split("=");
      return [name, value.join("=")] as const;
    }),
  );
  for (const name of options.keys()) if (known?.includes(name) === false) fail("EINVAL");
  return options;
}

/** An option's octal number. */
export function octalOption(options: MountData, name: string, otherwise: number): number {
  const value = options.get(name);
  if (value === undefined) return otherwise;
  return /^[0-7]{1,5}$/.test(value) ? Number.parseInt(value, 8) & 0o7777 : fail("EINVAL");
}

/** An option's decimal number. */
export function numberOption(options: MountData, name: string): number | undefined {
  const value = options.get(name);
  if (value === undefined) return undefined;
  return /^\d+$/.test(value) ? Number(value) : fail("EINVAL");
}

/** The options of tmpfs(5). */
export const tmpfsOptions: readonly string[] = [
  "gid",
  "huge",
  "inode32",
  "inode64",
  "mode",
  "mpol",
  "nr_blocks",
  "nr_inodes",
  "size",
  "uid",
];

const pageSize = 4096;
const units: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** How much a tmpfs of such options holds: half of the memory when they do not say. */
export function tmpfsCapacity(options: MountData, memory: number): Capacity {
  const pages = Math.floor(memory / pageSize);
  const blocks = countOption(options, "nr_blocks") ?? Math.floor(pages / 2);
  const size = options.get("size");
  const files = countOption(options, "nr_inodes") ?? Math.floor(pages / 2);
  return {
    blockSize: pageSize,
    blocks: zeroIsNone(size === undefined ? blocks : Math.ceil(bytesOf(size, memory) / pageSize)),
    files: zeroIsNone(files),
  };
}

function zeroIsNone(count: number): number | undefined {
  return count === 0 ? undefined : count;
}

function countOption(options: MountData, name: string): number | undefined {
  const value = options.get(name);
  return value === undefined ? undefined : bytesOf(value, 0);
}

function bytesOf(text: string, memory: number): number {
  const [, digits, unit = ""] = /^(\d+)([kmg%]?)$/i.exec(text) ?? fail("EINVAL");
  if (unit === "%") return (memory * Number(digits)) / 100;
  return Number(digits) * (units[unit.toLowerCase()] ?? 1);
}
