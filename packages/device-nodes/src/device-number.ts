import { makedev } from "@earlyboot/linux-syscalls";

/**
 * The number of a device, as mknod(2) takes it: 12 bits of major and 20 bits of minor.
 *
 * @throws RangeError when a number is not an integer in its range.
 */
export function deviceNumber(major: number, minor: number): bigint {
  return makedev(major, minor);
}
