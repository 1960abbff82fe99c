/**
 * The device number of a major and a minor number, as glibc's makedev(3) lays it out:
 * 12 bits of major and 20 bits of minor, each in two pieces.
 *
 * @throws RangeError when a number is not an integer in its range.
 */
export function makedev(major: number, minor: number): bigint {
  inRange("major", major, 0xfff);
  inRange("minor", minor, 0xfffff);
  return BigInt(major) * 0x100n + BigInt(minor & 0xff) + BigInt(minor >>> 8) * 0x100000n;
}

/** The major number (12 bits) of a device number. */
export function majorOf(device: bigint): number {
  return Number((device >> 8n) & 0xfffn);
}

/** The minor number (20 bits) of a device number. */
export function minorOf(device: bigint): number {
  return Number((device & 0xffn) | ((device >> 12n) & 0xfff00n));
}

/** `MAJ:MIN`, as sysfs and `/proc/self/mountinfo` write a device number. */
export function formatDeviceNumber(device: bigint): string {
  return `${majorOf(device)}:${minorOf(device)}`;
}

/** Reads `MAJ:MIN`; `undefined` for any other text. */
export function parseDeviceNumber(text: string): bigint | undefined {
  const match = /^(\d{1,4}):(\d{1,7})$/.exec(text.trim());
  if (match === null) return undefined;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major <= 0xfff && minor <= 0xfffff ? makedev(major, minor) : undefined;
}

function inRange(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= most) return;
  throw new RangeError(`makedev: ${name} is ${value}, expected an integer from 0 to ${most}`);
}
