import { FileSystemMagic } from "../constants.ts";
import { singletonType } from "./file-system-types.ts";
import type { FileSystemType } from "./file-system-type.ts";
import { plantFile } from "./file-tree.ts";
import type { Kernel } from "./kernel.ts";
import { fail } from "./kernel-fault.ts";

const variableName = /^.+-[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/**
 * efivarfs with some variables, by names like `BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c`. Each
 * begins with four bytes of attributes, and is immutable until the flag is taken away. See
 * `Documentation/filesystems/efivarfs.rst`.
 */
export function efivarfsType(
  kernel: Kernel,
  variables: Readonly<Record<string, Uint8Array>>,
): FileSystemType {
  const fields = {
    name: "efivarfs",
    magic: FileSystemMagic.Efivarfs,
    checkName: (name: string) => {
      if (!variableName.test(name)) fail("EINVAL");
    },
    adopt: (inode: { immutable: boolean }) => {
      inode.immutable = true;
    },
  };
  const { type, superBlock } = singletonType(kernel, fields, ["gid", "uid"], 0o755);
  for (const [name, content] of Object.entries(variables)) {
    plantFile(superBlock, `/${name}`, { kind: "file", content, immutable: true });
  }
  return type;
}
