import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * The modules whose drivers serve a block device, from the disk up to the bus: `virtio_blk`, `virtio_pci`.
 * What is part of the kernel has no module. A device made of others (LVM, LUKS, RAID) counts theirs as well.
 */
export function driversOf(device: string, sys = "/sys"): string[] {
  const link = `${sys}/dev/block/${device}`;
  if (!existsSync(link)) return [];
  const path = realpathSync(link);
  const below = entriesOf(join(path, "slaves")).flatMap((name) =>
    driversOf(numberOf(join(path, "slaves", name)), sys),
  );
  return [...new Set([...below, ...driversAbove(path, realpathSync(sys))])];
}

/** Whether a block device is made of others, or is a part of one that is: LVM, LUKS, RAID. */
export function isAssembled(device: string, sys = "/sys"): boolean {
  const link = `${sys}/dev/block/${device}`;
  if (!existsSync(link)) return false;
  const path = realpathSync(link);
  return [path, dirname(path)].some((one) => entriesOf(join(one, "slaves")).length > 0);
}

function driversAbove(path: string, top: string): string[] {
  const found: string[] = [];
  for (let at = path; at !== top && at !== "/"; at = dirname(at)) {
    for (const link of ["driver/module", "device/driver/module"]) {
      if (existsSync(join(at, link))) found.push(basename(readlinkSync(join(at, link))));
    }
  }
  return found;
}

function entriesOf(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

function numberOf(directory: string): string {
  return readFileSync(join(directory, "dev"), "utf8").trim();
}
