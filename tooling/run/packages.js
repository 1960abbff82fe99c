// Debian packages, with the program by which one is recognised on a system without dpkg.
const qemu =
  process.arch === "arm64"
    ? { name: "qemu-system-arm", program: "qemu-system-aarch64" }
    : { name: "qemu-system-x86", program: "qemu-system-x86_64" };

/** What `npm start` cannot do without. */
export const packagesForStart = [
  qemu,
  { name: "e2fsprogs", program: "mke2fs" },
  { name: "kmod", program: "depmod" },
];

/** What the tests use besides. A test whose tool is missing is skipped with the reason. */
export const packagesForTests = [
  // Machines
  { name: "qemu-utils", program: "qemu-img" },
  ...(process.arch === "arm64" ? [] : [{ name: "ovmf" }]),
  { name: "debootstrap", program: "debootstrap" },
  { name: "fuse-overlayfs", program: "fuse-overlayfs" },
  // With virtiofsd.
  { name: "qemu-system-common" },
  { name: "nfs-ganesha", program: "ganesha.nfsd" },
  { name: "nfs-ganesha-vfs" },
  { name: "rpcbind", program: "rpcbind" },
  // File systems
  { name: "xfsprogs", program: "mkfs.xfs" },
  { name: "btrfs-progs", program: "mkfs.btrfs" },
  { name: "f2fs-tools", program: "mkfs.f2fs" },
  { name: "dosfstools", program: "mkfs.vfat" },
  { name: "exfatprogs", program: "mkfs.exfat" },
  { name: "ntfs-3g", program: "mkfs.ntfs" },
  { name: "jfsutils", program: "mkfs.jfs" },
  { name: "nilfs-tools", program: "mkfs.nilfs2" },
  { name: "reiserfsprogs", program: "mkfs.reiserfs" },
  { name: "squashfs-tools", program: "mksquashfs" },
  { name: "erofs-utils", program: "mkfs.erofs" },
  { name: "genisoimage", program: "genisoimage" },
  { name: "udftools", program: "mkfs.udf" },
  { name: "mtools", program: "mcopy" },
  { name: "xorriso", program: "xorriso" },
  { name: "bcache-tools", program: "make-bcache" },
  // Containers of file systems
  { name: "cryptsetup-bin", program: "cryptsetup" },
  { name: "lvm2", program: "lvm" },
  { name: "mdadm", program: "mdadm" },
  { name: "gdisk", program: "sgdisk" },
  { name: "fdisk", program: "sfdisk" },
  { name: "util-linux", program: "unshare" },
  { name: "mount", program: "mount" },
  { name: "iproute2", program: "ip" },
  { name: "bsdutils", program: "script" },
  // Archives
  { name: "cpio", program: "cpio" },
  { name: "libarchive-tools", program: "bsdtar" },
  { name: "zstd", program: "zstd" },
  { name: "lz4", program: "lz4" },
  { name: "xz-utils", program: "xz" },
  { name: "bzip2", program: "bzip2" },
  // Compiled fixtures
  { name: "gcc", program: "gcc" },
  { name: "libc6-dev" },
  { name: "binutils", program: "readelf" },
  ...(process.arch === "arm64"
    ? []
    : [
        { name: "binutils-aarch64-linux-gnu", program: "aarch64-linux-gnu-as" },
        { name: "gcc-aarch64-linux-gnu", program: "aarch64-linux-gnu-gcc" },
        { name: "libc6-dev-arm64-cross" },
        { name: "libstdc++6-arm64-cross" },
        { name: "qemu-user-static", program: "qemu-aarch64-static" },
      ]),
  { name: "busybox-static", program: "busybox" },
  // Other makers of images, to read what they make
  { name: "initramfs-tools-core", program: "mkinitramfs" },
  { name: "dracut-core", program: "dracut" },
  { name: "tiny-initramfs-core", program: "mktirfs" },
  // What people use: to look at pages, and to complete words
  { name: "chromium", program: "chromium" },
  { name: "zsh", program: "zsh" },
  { name: "fish", program: "fish" },
];

const forBenchmark =
  "busybox-static cpio dracut-core gcc initramfs-tools-core libc6-dev lz4 tiny-initramfs-core zstd";

/** What the benchmark makes images with: its own and those of others. */
export const packagesForBenchmark = packagesForTests.filter(({ name }) =>
  forBenchmark.split(" ").includes(name),
);
