import { FileKind } from "../constants.ts";
import { makedev } from "../device-number.ts";
import {
  type CharacterDevice,
  fullDevice,
  nullDevice,
  randomDevice,
  zeroDevice,
} from "./character-device.ts";
import { put } from "./generate.ts";
import type { Kernel } from "./kernel.ts";
import type { SuperBlock } from "./super-block.ts";

/** Brings the character devices that every kernel has, with their nodes in devtmpfs. */
export function fillDevices(
  { characters }: Kernel,
  devtmpfs: SuperBlock,
  console: CharacterDevice,
  log: string[],
): void {
  const rows: readonly (readonly [string, number, number, number, CharacterDevice])[] = [
    ["null", 1, 3, 0o666, nullDevice],
    ["zero", 1, 5, 0o666, zeroDevice],
    ["full", 1, 7, 0o666, fullDevice],
    ["random", 1, 8, 0o666, randomDevice()],
    ["urandom", 1, 9, 0o666, randomDevice()],
    ["kmsg", 1, 11, 0o644, logDevice(log)],
    ["tty", 5, 0, 0o666, console],
    ["console", 5, 1, 0o600, console],
    ["ptmx", 5, 2, 0o666, console],
    ["ttyS0", 4, 64, 0o660, console],
    ["tty0", 4, 0, 0o620, console],
    ["loop-control", 10, 237, 0o600, nullDevice],
    ["btrfs-control", 10, 234, 0o600, nullDevice],
  ];
  for (const [name, major, minor, mode, device] of rows) {
    const rdev = makedev(major, minor);
    characters.set(rdev, device);
    put(devtmpfs, `/${name}`, FileKind.Character | mode, { rdev });
  }
}

/** `/dev/kmsg`: each write is a record. */
function logDevice(log: string[]): CharacterDevice {
  return {
    read: () => new Uint8Array(),
    write: (content) => void log.push(new TextDecoder().decode(content).replace(/\n$/, "")),
  };
}
