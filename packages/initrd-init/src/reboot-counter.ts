import { type Linux, errorCode } from "@earlyboot/linux-syscalls";

/** The part of Linux that the counter needs. */
export type CounterLinux = Pick<Linux, "readFile" | "writeFile" | "setImmutable" | "unlink">;

/** An EFI variable of ours, in a namespace of ours. */
const variable =
  "/sys/firmware/efi/efivars/EarlybootCheckReboots-5b1d6c1e-7f2a-4f0c-9a3f-3f6a2f0f7a51";

/** Non-volatile, and visible to boot services and to us; see the UEFI specification, 8.2. */
const attributes = [7, 0, 0, 0];

/**
 * Counts a reboot that a checker asked for, in an EFI variable; gives how many there were in a row, this
 * one included, or `undefined` on a machine where nothing can be counted.
 */
export function countCheckReboot(linux: CounterLinux): number | undefined {
  try {
    const count = readCount(linux) + 1;
    if (count > 1) linux.setImmutable(variable, false);
    linux.writeFile(variable, Uint8Array.from([...attributes, Math.min(count, 255)]));
    return count;
  } catch {
    return undefined;
  }
}

/** Forgets the reboots: this boot got through. Says whether there was anything to forget. */
export function clearCheckReboots(linux: CounterLinux): boolean {
  try {
    linux.readFile(variable);
    linux.setImmutable(variable, false);
    linux.unlink(variable);
    return true;
  } catch {
    return false;
  }
}

function readCount(linux: CounterLinux): number {
  try {
    return linux.readFile(variable).at(attributes.length) ?? 0;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return 0;
    throw error;
  }
}
