import { FileKind, type Linux, printable } from "@earlyboot/linux-syscalls";

/** Looks at `/sys/class/net`; see Documentation/ABI/testing/sysfs-class-net of the kernel. */
type Sysfs = Pick<Linux, "readDirectory" | "readText" | "stat">;

/**
 * The first Ethernet interface by the kernel's numbers, those that belong to a piece of hardware
 * before those that software made (bridges, `dummy0`); `undefined` when there is none.
 */
export function findEthernet(linux: Sysfs): string | undefined {
  const candidates = listInterfaces(linux)
    .filter((name) => attribute(linux, name, "type") === ethernet)
    .map((name) => ({ name, hardware: hasDevice(linux, name), index: indexOf(linux, name) }))
    .toSorted((a, b) => Number(b.hardware) - Number(a.hardware) || a.index - b.index);
  return candidates[0]?.name;
}

/** Says which interfaces there are. */
export function describeInterfaces(linux: Pick<Linux, "readDirectory">): string {
  const names = listInterfaces(linux).map(printable);
  return names.length === 0 ? "there is no interface at all" : `there are: ${names.join(", ")}`;
}

function listInterfaces(linux: Pick<Linux, "readDirectory">): readonly string[] {
  try {
    const entries = linux.readDirectory("/sys/class/net");
    // The bonding driver keeps a file, bonding_masters, among them.
    return entries.filter(({ kind }) => kind !== "file").map(({ name }) => name);
  } catch {
    return [];
  }
}

/** ARPHRD_ETHER of `<linux/if_arp.h>`. */
const ethernet = "1";

function attribute(linux: Sysfs, name: string, file: string): string | undefined {
  try {
    return linux.readText(`/sys/class/net/${name}/${file}`).trim();
  } catch {
    return undefined;
  }
}

function indexOf(linux: Sysfs, name: string): number {
  return Number(attribute(linux, name, "ifindex") ?? Infinity);
}

function hasDevice(linux: Sysfs, name: string): boolean {
  try {
    return (
      (linux.stat(`/sys/class/net/${name}/device`).mode & FileKind.Mask) === FileKind.Directory
    );
  } catch {
    return false;
  }
}
