/** How one image is made: its file, of that size and sparse, is `$F` in the command; `$D` is a scratch directory. */
export interface Recipe {
  readonly name: string;
  readonly size: string;
  /** Run by sh(1). Its first word is the program that must be there. */
  readonly command: string;
}

const uuid = "3a6e1d1c-0b6f-4a5e-9f0e-0123456789ab";
/** Something to put into images that are made of a directory. */
const tree = "$D/tree";

const rows: readonly (readonly [name: string, size: string, command: string])[] = [
  ["ext2", "8M", "mkfs.ext2 -q $F"],
  ["ext2 with 4 KiB blocks and a label", "8M", "mkfs.ext2 -q -b 4096 -L plain $F"],
  ["ext2 of revision 0", "8M", "mkfs.ext2 -q -r 0 $F"],
  ["ext3", "16M", "mkfs.ext3 -q -L three $F"],
  ["ext3 with an all-zero UUID", "16M", "mkfs.ext3 -q -U clear $F"],
  ["ext4", "16M", `mkfs.ext4 -q -L root -U ${uuid} $F`],
  ["ext4 with 1 KiB blocks", "16M", "mkfs.ext4 -q -b 1024 $F"],
  ["ext4 without a journal", "16M", "mkfs.ext4 -q -O ^has_journal -L nojournal $F"],
  ["ext4 without checksums", "16M", "mkfs.ext4 -q -O ^metadata_csum $F"],
  ["ext4 with a checksum seed", "16M", "mkfs.ext4 -q -O metadata_csum_seed $F"],
  ["ext4 with inline data and encryption", "16M", "mkfs.ext4 -q -O inline_data,encrypt $F"],
  ["ext4 with 64 KiB blocks", "64M", "mkfs.ext4 -q -F -b 65536 $F"],
  ["ext4 with a label of blanks and umlauts", "16M", "mkfs.ext4 -q -L 'Wür zel 1' $F"],
  ["ext4 with a label of 16 letters", "16M", "mkfs.ext4 -q -L abcdefghijklmnop $F"],
  ["ext4 with a label that is no UTF-8", "16M", "mkfs.ext4 -q -L \"$(printf 'a\\377b')\" $F"],
  ["ext4 with control characters", "16M", "mkfs.ext4 -q -L \"$(printf 'a\\033[2Jb\\tc')\" $F"],
  ["ext4 for tests", "16M", "mkfs.ext4 -q -E test_fs $F"],
  ["an external journal", "16M", "mke2fs -q -O journal_dev -L outside -b 4096 $F"],
  ["swap", "8M", "mkswap -q -L exchange $F"],
  ["swap without a label", "8M", `mkswap -q -U ${uuid} $F`],
  ["swap with 8 KiB pages", "8M", "mkswap -q -p 8192 -L eight $F"],
  ["swap with 16 KiB pages", "8M", "mkswap -q -p 16384 $F"],
  ["swap with 32 KiB pages", "8M", "mkswap -q -p 32768 $F"],
  ["swap with 64 KiB pages", "8M", "mkswap -q -p 65536 -L big $F"],
  ["xfs", "300M", "mkfs.xfs -q -L root $F"],
  ["xfs without checksums", "300M", "mkfs.xfs -q -m crc=0 -L old $F"],
  ["xfs with 1 KiB blocks", "300M", "mkfs.xfs -q -b size=1024 $F"],
  ["xfs with 4 KiB sectors", "300M", `mkfs.xfs -q -s size=4096 -m uuid=${uuid} $F`],
  ["xfs with a label of 12 letters", "300M", "mkfs.xfs -q -L abcdefghijkl $F"],
  ["btrfs", "110M", "mkfs.btrfs -q -L root $F"],
  ["btrfs without a label", "110M", `mkfs.btrfs -q -U ${uuid} $F`],
  ["btrfs with a long label", "110M", `mkfs.btrfs -q -L ${"0123456789".repeat(25)} $F`],
  ["btrfs with xxhash", "110M", "mkfs.btrfs -q --csum xxhash -L xx $F"],
  ["btrfs with sha256", "110M", "mkfs.btrfs -q --csum sha256 -L sha $F"],
  ["btrfs with blake2", "110M", "mkfs.btrfs -q --csum blake2 $F"],
  ["btrfs with mixed groups", "40M", "mkfs.btrfs -q --mixed -L mixed $F"],
  ["btrfs on two devices", "110M", "truncate -s 110M $F.2 && mkfs.btrfs -q -L pair $F $F.2"],
  ["f2fs", "64M", "mkfs.f2fs -q -l root $F"],
  ["f2fs without a label", "64M", "mkfs.f2fs -q $F"],
  ["f2fs with umlauts", "64M", "mkfs.f2fs -q -l Wüste $F"],
  ["f2fs with checksums", "64M", "mkfs.f2fs -q -l sum -O extra_attr,inode_checksum,sb_checksum $F"],
  ["FAT12", "2M", "mkfs.vfat -F 12 -n FLOPPY $F"],
  ["FAT16", "32M", "mkfs.vfat -F 16 -n SIXTEEN $F"],
  ["FAT32", "64M", "mkfs.vfat -F 32 -n THIRTYTWO $F"],
  ["FAT32 without a label", "64M", "mkfs.vfat -F 32 $F"],
  ["FAT32 with a serial number", "64M", "mkfs.vfat -F 32 -i 00c0ffee -n 'A B' $F"],
  ["FAT32 with 4 KiB sectors", "300M", "mkfs.vfat -F 32 -S 4096 -n FOURK $F"],
  ["FAT16 with many root entries", "32M", "mkfs.vfat -F 16 -r 1024 -n ROOTY $F"],
  ["FAT32 with one FAT", "64M", "mkfs.vfat -F 32 -f 1 -n ONE $F"],
  ["FAT of the Atari", "8M", "mkfs.vfat -A -n ATARI $F"],
  [
    "FAT16 with files before a new label",
    "32M",
    "mkfs.vfat -F 16 -n OLD $F && touch $D/a && mcopy -i $F $D/a ::a && mlabel -i $F ::NEW",
  ],
  ["FAT32 whose label was removed", "64M", "mkfs.vfat -F 32 -n GONE $F && mlabel -c -i $F ::"],
  ["FAT with an MBR's boot code", "32M", "mkfs.vfat --mbr=y -n MBR $F"],
  ["exfat", "32M", "mkfs.exfat -L root $F"],
  ["exfat without a label", "32M", "mkfs.exfat $F"],
  ["exfat with umlauts", "32M", "mkfs.exfat -L Öäü $F"],
  ["exfat with a label of 11 letters", "32M", "mkfs.exfat -L abcdefghijk $F"],
  ["exfat with large clusters", "64M", "mkfs.exfat -c 1M -L large $F"],
  ["ntfs", "16M", "mkfs.ntfs -q -F -Q -L root $F"],
  ["ntfs without a label", "16M", "mkfs.ntfs -q -F -Q $F"],
  ["ntfs with a long label", "16M", "mkfs.ntfs -q -F -Q -L 'A rather long läbel of NTFS' $F"],
  ["ntfs with 64 KiB clusters", "64M", "mkfs.ntfs -q -F -Q -c 65536 -L clusters $F"],
  ["ntfs with 4 KiB sectors", "64M", "mkfs.ntfs -q -F -Q -s 4096 -L sectors $F"],
  ["jfs", "16M", "mkfs.jfs -q -L root $F"],
  ["jfs without a label", "16M", "mkfs.jfs -q $F"],
  ["jfs with a label of 16 letters", "16M", "mkfs.jfs -q -L abcdefghijklmnop $F"],
  ["nilfs2", "160M", "mkfs.nilfs2 -q -L root $F"],
  ["nilfs2 with 1 KiB blocks", "32M", "mkfs.nilfs2 -q -b 1024 -B 16 $F"],
  [
    "nilfs2 with only its second superblock",
    "160M",
    "mkfs.nilfs2 -q -L second $F && dd if=/dev/zero of=$F bs=1k seek=1 count=1 conv=notrunc status=none",
  ],
  ["reiserfs 3.6", "40M", "mkfs.reiserfs -q -ff -l root $F"],
  ["reiserfs 3.5", "40M", "mkfs.reiserfs -q -ff --format 3.5 $F"],
  ["reiserfs with 1 KiB blocks", "40M", "mkfs.reiserfs -q -ff -b 1024 -l small $F"],
  ["reiser4", "40M", "mkfs.reiser4 -y -f -L four $F"],
  ["squashfs", "0", `mksquashfs ${tree} $F -quiet -noappend`],
  [
    "squashfs with xz and small blocks",
    "0",
    `mksquashfs ${tree} $F -quiet -noappend -comp xz -b 4096`,
  ],
  ["erofs", "0", `mkfs.erofs --quiet $F ${tree}`],
  ["erofs with lz4 and a UUID", "0", `mkfs.erofs --quiet -zlz4 -U ${uuid} $F ${tree}`],
  [
    "erofs without a checksum",
    "0",
    `mkfs.erofs --quiet -E ^sb_chksum $F ${tree} || mkfs.erofs --quiet -E nosbcrc $F ${tree}`,
  ],
  ["cramfs", "0", `mkfs.cramfs -n root ${tree} $F`],
  ["cramfs of the other byte order", "0", `mkfs.cramfs -N big -n other ${tree} $F`],
  ["ISO 9660", "0", `genisoimage -quiet -V ROOT -o $F ${tree}`],
  ["ISO 9660 with Joliet", "0", `genisoimage -quiet -J -V 'Mixed Case Label' -o $F ${tree}`],
  [
    "ISO 9660 with Joliet and a long label",
    "0",
    `genisoimage -quiet -J -V ABCDEFGHIJKLMNOPQRSTUVWXYZ012345 -o $F ${tree}`,
  ],
  ["ISO 9660 with Rock Ridge", "0", `genisoimage -quiet -R -V rock -o $F ${tree}`],
  ["ISO 9660 without a label", "0", `genisoimage -quiet -V '' -o $F ${tree}`],
  ["ISO 9660 with UDF", "0", `genisoimage -quiet -udf -V BRIDGE -o $F ${tree}`],
  [
    "ISO 9660 with Joliet, by xorriso",
    "0",
    `xorriso -report_about SORRY -outdev $F -joliet on -volid 'xorriso made it' -map ${tree} /`,
  ],
  [
    "ISO 9660 that boots, with Joliet",
    "0",
    `genisoimage -quiet -J -V BOOTABLE -b file -no-emul-boot -o $F ${tree}`,
  ],
  [
    "ISO 9660 with a given date",
    "0",
    `xorriso -report_about SORRY -outdev $F -volid DATED -volume_date uuid 2024013112000000 -map ${tree} /`,
  ],
  ["UDF", "16M", "mkudffs --media-type=hd --label=root $F"],
  [
    "UDF 1.02 with 2 KiB blocks",
    "16M",
    "mkudffs --media-type=dvdram --blocksize=2048 --udfrev=0x0102 --label=old $F",
  ],
  ["UDF with 4 KiB blocks", "16M", "mkudffs --blocksize=4096 --label=four $F"],
  ["UDF with umlauts", "16M", "mkudffs --label=Wüste $F"],
  ["UDF with Cyrillic letters", "16M", "mkudffs --label=Корень $F"],
  ["UDF with a UUID", "16M", "mkudffs --uuid=0123456789abcdef --label=id $F"],
  ["UDF with a volume set of words", "16M", "mkudffs --vsid=elephants --label=words $F"],
  [
    "LUKS1",
    "16M",
    `printf x | cryptsetup luksFormat -q --type luks1 --pbkdf-force-iterations 1000 --uuid ${uuid} $F -`,
  ],
  [
    "LUKS2",
    "32M",
    "printf x | cryptsetup luksFormat -q --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 $F -",
  ],
  [
    "LUKS2 with a label",
    "32M",
    "printf x | cryptsetup luksFormat -q --type luks2 --label 'my secret' --subsystem sub --pbkdf pbkdf2 --pbkdf-force-iterations 1000 $F -",
  ],
  [
    "LUKS2 with only its second header",
    "32M",
    "printf x | cryptsetup luksFormat -q --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 $F - && dd if=/dev/zero of=$F bs=4k count=1 conv=notrunc status=none",
  ],
  [
    "a hash tree of dm-verity",
    "1M",
    `dd if=/dev/urandom of=$F.data bs=4k count=8 status=none && veritysetup format --uuid ${uuid} $F.data $F`,
  ],
  ["what bcache caches", "16M", "make-bcache -B $F"],
  ["a cache of bcache", "64M", "make-bcache -C $F"],
  ["nothing", "1M", "true $F"],
  ["random bytes", "1M", "dd if=/dev/urandom of=$F bs=64k count=16 conv=notrunc status=none"],
  ["a text", "4K", "printf 'LABEL=root SWAPSPACE2' > $F"],
];

/** Images of every type that a Debian package can make without root. */
export const imageRecipes: readonly Recipe[] = rows.map(([name, size, command]) => ({
  name,
  size,
  command,
}));

/** The program that a recipe needs. */
export function programOf({ command }: Recipe): string {
  const words = command.split("|").at(-1)?.trim().split(" ") ?? [];
  return command.startsWith("printf x |") ? (words[0] ?? "") : (command.split(" ")[0] ?? "");
}
