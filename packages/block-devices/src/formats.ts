import type { Format } from "./format.ts";
import { apfs } from "./formats/apfs.ts";
import { bcache, bcachefs } from "./formats/bcache.ts";
import { bitlocker } from "./formats/bitlocker.ts";
import { btrfs } from "./formats/btrfs.ts";
import { cramfs } from "./formats/cramfs.ts";
import { integrity, snapshot, verity } from "./formats/device-mapper.ts";
import { erofs } from "./formats/erofs.ts";
import { exfat } from "./formats/exfat.ts";
import { ext } from "./formats/ext.ts";
import { f2fs } from "./formats/f2fs.ts";
import { fat } from "./formats/fat.ts";
import { iso9660 } from "./formats/iso9660.ts";
import { jfs } from "./formats/jfs.ts";
import { luks, luksSecondary } from "./formats/luks.ts";
import { lvm2 } from "./formats/lvm2.ts";
import { md, md090 } from "./formats/md.ts";
import { nilfs2 } from "./formats/nilfs2.ts";
import { ntfs } from "./formats/ntfs.ts";
import { reiser4, reiserfs } from "./formats/reiserfs.ts";
import { squashfs } from "./formats/squashfs.ts";
import { swap, swsuspend } from "./formats/swap.ts";
import { udf } from "./formats/udf.ts";
import { xfs } from "./formats/xfs.ts";
import { zfs, zfsOtherLabels } from "./formats/zfs.ts";

/**
 * All formats, in the groups in which they are looked for. What a group finds hides the groups after
 * it: a member of an array shows the array's content, an encrypted device may show old content. The
 * last group looks far into the device, and only when there is nothing else.
 */
export const formatGroups: readonly (readonly Format[])[] = [
  [md, md090],
  [bcache, lvm2, snapshot, verity, integrity, luks, bitlocker],
  [bcachefs, fat, swsuspend, swap, xfs, ext, reiserfs, reiser4, jfs, udf, iso9660].concat([
    zfs,
    ntfs,
    cramfs,
    squashfs,
    btrfs,
    nilfs2,
    exfat,
    f2fs,
    apfs,
    erofs,
  ]),
  [luksSecondary, zfsOtherLabels],
];
