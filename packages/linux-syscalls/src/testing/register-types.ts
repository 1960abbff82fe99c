import { FileSystemMagic } from "../constants.ts";
import { blockType, blockTypeMagics } from "./block-types.ts";
import { efivarfsType } from "./efi-variables.ts";
import {
  devptsType,
  emptyType,
  otherSingletons,
  otherTypes,
  ramfsType,
  singletonType,
  tmpfsType,
} from "./file-system-types.ts";
import type { Kernel } from "./kernel.ts";
import { tmpfsOptions } from "./mount-data.ts";
import { overlayType } from "./overlay.ts";
import { shareTypes } from "./share-types.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import type { SuperBlock } from "./super-block.ts";

/** The file systems of which there is one, and that the machine fills. */
export interface Singletons {
  readonly proc: SuperBlock;
  readonly sysfs: SuperBlock;
  readonly devtmpfs: SuperBlock;
}

const procType = {
  name: "proc",
  magic: FileSystemMagic.Proc,
  fixed: { open: "ENOENT", make: "ENOENT" },
} as const;

const sysfsType = {
  name: "sysfs",
  magic: FileSystemMagic.Sysfs,
  fixed: { open: "EACCES", make: "EPERM" },
} as const;

/** Makes the types of file systems known that a usual kernel has. */
export function registerTypes(
  kernel: Kernel,
  options: SimulationOptions,
  memory: number,
): Singletons {
  const one = (name: string, magic: number, known?: readonly string[]) =>
    singletonType(kernel, { name, magic }, known, 0o755);
  const proc = singletonType(kernel, procType, ["gid", "hidepid", "subset"]);
  const sysfs = singletonType(kernel, sysfsType, []);
  const devtmpfs = one("devtmpfs", FileSystemMagic.Tmpfs, tmpfsOptions);
  const types = [
    sysfs.type,
    tmpfsType(kernel, memory),
    proc.type,
    devtmpfs.type,
    devptsType(kernel),
    ramfsType(kernel),
    overlayType(kernel),
    emptyType(kernel, "fuse", FileSystemMagic.Fuse),
    ...otherSingletons.map(([name, magic]) => one(name, magic).type),
    ...otherTypes.map(([name, magic]) => emptyType(kernel, name, magic)),
    ...shareTypes(kernel, options.shares ?? {}),
    ...(options.efiVariables ? [efivarfsType(kernel, options.efiVariables)] : []),
    ...Object.keys(blockTypeMagics).map((name) => blockType(kernel, name)),
  ];
  const without = options.withoutFileSystems ?? [];
  for (const type of types) {
    (without.includes(type.name) ? kernel.modularTypes : kernel.types).set(type.name, type);
  }
  return { proc: proc.superBlock, sysfs: sysfs.superBlock, devtmpfs: devtmpfs.superBlock };
}
