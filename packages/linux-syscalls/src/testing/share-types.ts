import { FileSystemMagic } from "../constants.ts";
import type { FileSystemType } from "./file-system-type.ts";
import { type FileTree, plantFiles } from "./file-tree.ts";
import { type Kernel, makeAnonymous } from "./kernel.ts";
import { fail } from "./kernel-fault.ts";

/** How each type of shared file system answers a tag or a host that is not there. */
const types = [
  ["9p", FileSystemMagic.V9fs, "ENOENT"],
  ["virtiofs", FileSystemMagic.Fuse, "EINVAL"],
  ["nfs", FileSystemMagic.Nfs, "ECONNREFUSED"],
  ["nfs4", FileSystemMagic.Nfs, "ECONNREFUSED"],
] as const;

/** The types that show a part of another machine's files. */
export function shareTypes(
  kernel: Kernel,
  shares: Readonly<Record<string, FileTree>>,
): readonly FileSystemType[] {
  return types.map(([name, magic, missing]) => shareType(kernel, shares, name, magic, missing));
}

function shareType(
  kernel: Kernel,
  shares: Readonly<Record<string, FileTree>>,
  name: string,
  magic: number,
  missing: string,
): FileSystemType {
  const type: FileSystemType = {
    name,
    magic,
    needsDevice: false,
    open: ({ source, data, readOnly }) => {
      const files = shares[source ?? ""] ?? fail(missing);
      const superBlock = makeAnonymous(kernel, { type, readOnly, options: data ?? "" });
      plantFiles(superBlock, files);
      return superBlock;
    },
  };
  return type;
}
