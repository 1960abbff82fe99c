/** Kernel modules beside the one of its type that a file system asks the kernel for when it is mounted. */
const companions: Readonly<Record<string, readonly string[]>> = {
  "9p": ["9pnet_virtio"],
  btrfs: ["crc32c", "xxhash_generic", "sha256", "blake2b_generic"],
  exfat: ["nls_utf8"],
  ext4: ["crc32c"],
  f2fs: ["crc32"],
  iso9660: ["nls_utf8"],
  nfs: ["nfsv4", "nfsv3"],
  ntfs3: ["nls_utf8"],
  vfat: ["nls_cp437", "nls_ascii", "nls_iso8859-1", "nls_utf8"],
};

/**
 * Names the modules that mounting a file system of `type` takes: first the alias by which the kernel
 * asks for the type itself (`fs-ext4`), then those that it asks for on the way, such as the character
 * sets of vfat. Where modprobe(8) is there the kernel has it load them; an initial RAM disk has none.
 * A name that a kernel has no module for is part of that kernel, or not needed.
 */
export function fileSystemModules(type: string): readonly string[] {
  return [`fs-${type}`, ...(companions[type] ?? [])];
}
