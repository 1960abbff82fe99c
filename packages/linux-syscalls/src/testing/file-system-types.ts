import { FileKind, FileSystemMagic } from "../constants.ts";
import { makedev } from "../device-number.ts";
import type { FileSystemType } from "./file-system-type.ts";
import { put } from "./generate.ts";
import { type AnonymousOwner, makeAnonymous } from "./kernel.ts";
import { fail } from "./kernel-fault.ts";
import {
  type MountData,
  numberOption,
  octalOption,
  parseMountData,
  tmpfsCapacity,
  tmpfsOptions,
} from "./mount-data.ts";
import type { SuperBlock } from "./super-block.ts";
import { usedBlocks } from "./usage.ts";

/** tmpfs: a new file system in memory with each mount. */
export function tmpfsType(kernel: AnonymousOwner, memory: number, name = "tmpfs"): FileSystemType {
  const type: FileSystemType = {
    name,
    magic: FileSystemMagic.Tmpfs,
    needsDevice: false,
    open: ({ data, readOnly }) => {
      const options = parseMountData(data, tmpfsOptions);
      const capacity = tmpfsCapacity(options, memory);
      const rootMode = octalOption(options, "mode", 0o1777);
      const superBlock = makeAnonymous(kernel, { type, readOnly, capacity, rootMode });
      superBlock.options = shownOptions(options, capacity.blocks);
      superBlock.root.inode.uid = numberOption(options, "uid") ?? 0;
      superBlock.root.inode.gid = numberOption(options, "gid") ?? 0;
      return superBlock;
    },
    reconfigure: (superBlock, { data }) => resize(superBlock, parseMountData(data, tmpfsOptions)),
  };
  return type;
}

/** A remount changes the limits that it names, unless more is used already. */
function resize(superBlock: SuperBlock, options: MountData): void {
  const { blocks, files } = tmpfsCapacity(options, 0);
  const isSized = options.has("size") || options.has("nr_blocks");
  if (isSized && blocks !== undefined && usedBlocks(superBlock) > blocks) fail("EINVAL");
  superBlock.capacity = {
    blockSize: superBlock.capacity.blockSize,
    blocks: isSized ? blocks : superBlock.capacity.blocks,
    files: options.has("nr_inodes") ? files : superBlock.capacity.files,
  };
}

function shownOptions(options: ReadonlyMap<string, string>, blocks = 0): string {
  const shown = [...options]
    .filter(([name]) => ["nr_inodes", "uid", "gid"].includes(name))
    .map(([name, value]) => `${name}=${value}`);
  const mode = options.get("mode")?.replace(/^0+(?=.)/, "");
  if (mode !== undefined && mode !== "1777") shown.unshift(`mode=${mode}`);
  if (options.has("size")) shown.unshift(`size=${blocks * 4}k`);
  return shown.join(",");
}

/** ramfs: like tmpfs, without any limit; what it does not know it ignores. */
export function ramfsType(kernel: AnonymousOwner): FileSystemType {
  const type: FileSystemType = {
    name: "ramfs",
    magic: FileSystemMagic.Ramfs,
    needsDevice: false,
    open: ({ data, readOnly }) => {
      const rootMode = octalOption(parseMountData(data), "mode", 0o755);
      return makeAnonymous(kernel, { type, readOnly, rootMode });
    },
  };
  return type;
}

/** A file system of which there is one, whose names are the kernel's own. */
export function singletonType(
  kernel: AnonymousOwner,
  fields: Pick<FileSystemType, "name" | "magic" | "fixed" | "checkName" | "adopt">,
  options: readonly string[] | undefined,
  rootMode = 0o555,
): { readonly type: FileSystemType; readonly superBlock: SuperBlock } {
  const type: FileSystemType = {
    ...fields,
    needsDevice: false,
    open: ({ data, readOnly }) => {
      parseMountData(data, options);
      if (superBlock.users === 0) superBlock.readOnly = readOnly;
      return superBlock;
    },
  };
  const superBlock = makeAnonymous(kernel, { type, rootMode });
  return { type, superBlock };
}

/** devpts: a new set of terminals with each mount. */
export function devptsType(kernel: AnonymousOwner): FileSystemType {
  const type: FileSystemType = {
    name: "devpts",
    magic: FileSystemMagic.Devpts,
    needsDevice: false,
    open: ({ data, readOnly }) => {
      const known = ["gid", "max", "mode", "newinstance", "ptmxmode", "uid"];
      const options = parseMountData(data, known);
      const superBlock = makeAnonymous(kernel, { type, readOnly });
      const mode = octalOption(options, "ptmxmode", 0);
      put(superBlock, "/ptmx", FileKind.Character | mode, { rdev: makedev(5, 2) });
      superBlock.options = (data ?? "").replace(/(^|,)newinstance(?=,|$)/, "").replace(/^,/, "");
      return superBlock;
    },
  };
  return type;
}

/** Types that hold what the kernel tells or takes, as far as no boot program looks into them. */
export const otherSingletons: readonly (readonly [name: string, magic: number])[] = [
  ["bpf", 0xcafe4a11],
  ["cgroup2", FileSystemMagic.Cgroup2],
  ["configfs", 0x62656570],
  ["debugfs", 0x64626720],
  ["fusectl", 0x65735543],
  ["mqueue", 0x19800202],
  ["pstore", 0x6165676c],
  ["securityfs", 0x73636673],
  ["tracefs", 0x74726163],
  ["binfmt_misc", 0x42494e4d],
];

/** Types of which each mount is another: control groups of the first version, huge pages. */
export const otherTypes: readonly (readonly [name: string, magic: number])[] = [
  ["cgroup", FileSystemMagic.Cgroup],
  ["hugetlbfs", 0x958458f6],
];

/** A type whose every mount begins empty. */
export function emptyType(kernel: AnonymousOwner, name: string, magic: number): FileSystemType {
  const type: FileSystemType = {
    name,
    magic,
    needsDevice: false,
    open: ({ data, readOnly }) => makeAnonymous(kernel, { type, readOnly, options: data ?? "" }),
  };
  return type;
}
