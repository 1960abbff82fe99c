import type { Format } from "./format.ts";
import { btrfs } from "./formats/btrfs.ts";
import { ext } from "./formats/ext.ts";
import { fat } from "./formats/fat.ts";
import { iso9660 } from "./formats/iso9660.ts";
import { luks, luksSecondary } from "./formats/luks.ts";
import { lvm2 } from "./formats/lvm2.ts";
import { md, md090 } from "./formats/md.ts";
import { squashfs } from "./formats/squashfs.ts";
import { swap, swsuspend } from "./formats/swap.ts";
import { xfs } from "./formats/xfs.ts";

/**
 * All formats, in the groups in which they are looked for. What a group finds hides the groups after
 * it: a member of an array shows the array's content, an encrypted device may show old content.
 */
export const formatGroups: readonly (readonly Format[])[] = [
  [md, md090],
  [lvm2, luks],
  [fat, swsuspend, swap, xfs, ext, iso9660, squashfs, btrfs],
  [luksSecondary],
];
