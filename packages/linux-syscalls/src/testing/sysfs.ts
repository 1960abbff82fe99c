import { putDirectory, putFile, putText } from "./generate.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import type { SuperBlock } from "./super-block.ts";
import type { Uevents } from "./uevents.ts";
import { putDevice } from "./sysfs-devices.ts";

const directories = [
  "/block",
  "/bus",
  "/class/block",
  "/class/net",
  "/class/tty",
  "/dev/block",
  "/dev/char",
  "/devices",
  "/firmware",
  "/fs/cgroup",
  "/fs/fuse/connections",
  "/kernel/debug",
  "/kernel/security",
  "/kernel/tracing",
  "/module",
  "/power",
] as const;

/** Fills sysfs with what is there before any device is. */
export function fillSysfs(
  sysfs: SuperBlock,
  uevents: Uevents,
  { efiVariables, moduleCompression }: SimulationOptions,
): void {
  for (const path of directories) putDirectory(sysfs, path);
  putFile(sysfs, "/kernel/uevent_seqnum", { read: () => `${uevents.sequence()}\n` });
  if (efiVariables !== undefined) putDirectory(sysfs, "/firmware/efi/efivars");
  if (moduleCompression !== undefined) putText(sysfs, "/module/compression", moduleCompression);
  for (const [name, major, minor] of consoles) {
    const properties = { MAJOR: String(major), MINOR: String(minor), DEVNAME: name };
    const devpath = `/devices/virtual/tty/${name}`;
    putDevice(sysfs, uevents, { devpath, subsystem: "tty", properties });
  }
  putText(sysfs, "/devices/virtual/tty/console/active", "ttyS0");
  for (const name of ["resume", "resume_offset", "state"]) putValue(sysfs, `/power/${name}`);
}

const consoles = [
  ["console", 5, 1],
  ["tty0", 4, 0],
  ["ttyS0", 4, 64],
] as const;

/** An attribute that remembers what is written to it. */
function putValue(sysfs: SuperBlock, path: string): void {
  let value = "0:0\n";
  const write = (bytes: Uint8Array): void => {
    value = new TextDecoder().decode(bytes);
  };
  putFile(sysfs, path, { read: () => value, write }, 0o644);
}
