import type { FoundDevice } from "@earlyboot/block-devices";
import { prepareType } from "./boot-modules.ts";
import type { Boot } from "./boot.ts";

/**
 * Tells btrfs of every device of a file system that has several; the kernel itself only reads the one that
 * it is given. See btrfs-device(8).
 */
export async function gatherMembers(
  boot: Boot,
  { members, identification }: FoundDevice,
): Promise<void> {
  if (identification?.type !== "btrfs" || members.length < 2) return;
  await prepareType(boot, "btrfs");
  for (const { path } of members) boot.linux.scanBtrfsDevice(path);
}
