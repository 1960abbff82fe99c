import { expect, it } from "@jest/globals";

import {
  deviceNumber,
  essentialDeviceNodes,
  nodesBesideDevtmpfs,
  type DeviceNode,
} from "@earlyboot/device-nodes";

/** A node as `ls -l` would show it, in short. */
function show({ name, kind, mode, major, minor, target }: DeviceNode): string {
  const what = target ?? (major === undefined ? "" : `${major}:${minor}`);
  return [kind, mode.toString(8).padStart(4, "0"), name, what].join(" ").trimEnd();
}

it("lists every node with kind, mode and number", () => {
  const listed = essentialDeviceNodes().map(show);

  const terminals = Array.from({ length: 50 }, (_, n) => `character 0600 tty${n} 4:${n}`);
  const loops = Array.from({ length: 8 }, (_, n) => `block 0660 loop${n} 7:${n}`);
  expect(listed.toSorted()).toEqual(
    [
      "block 0644 sda 8:0",
      "block 0644 sda1 8:1",
      "block 0644 sda2 8:2",
      "block 0644 vda 252:0",
      "block 0644 vda1 252:1",
      "block 0644 vda2 252:2",
      "character 0640 mem 1:1",
      "character 0640 kmem 1:2",
      "directory 0755 input",
      "character 0640 input/mice 13:63",
      "character 0640 input/mouse0 13:32",
      "character 0640 input/event0 13:64",
      "character 0666 tty 5:0",
      ...terminals,
      "character 0660 ttyS0 4:64",
      "character 0666 ptmx 5:2",
      "directory 0755 pts",
      "socket 0666 log",
      "character 0600 kmsg 1:11",
      "character 0666 null 1:3",
      "character 0666 zero 1:5",
      "character 0666 full 1:7",
      "character 0666 random 1:8",
      "character 0666 urandom 1:9",
      "link 0777 fd /proc/self/fd",
      "link 0777 stdin /proc/self/fd/0",
      "link 0777 stdout /proc/self/fd/1",
      "link 0777 stderr /proc/self/fd/2",
      "character 0666 fuse 10:229",
      "character 0600 console 5:1",
      "character 0660 loop-control 10:237",
      ...loops,
    ].toSorted(),
  );
});

it("lists a directory before what is in it, and nothing twice", () => {
  const names = essentialDeviceNodes().map(({ name }) => name);

  expect(names.indexOf("input")).toBeLessThan(names.indexOf("input/mice"));
  expect(new Set(names).size).toBe(names.length);
});

it("lists, for a kernel with devtmpfs, what that leaves to others", () => {
  expect(nodesBesideDevtmpfs().map(show)).toEqual([
    "directory 0755 pts",
    "directory 1777 shm",
    "link 0777 fd /proc/self/fd",
    "link 0777 stdin /proc/self/fd/0",
    "link 0777 stdout /proc/self/fd/1",
    "link 0777 stderr /proc/self/fd/2",
  ]);
});

it.each([
  [1, 3, 0x103n],
  [8, 16, 0x810n],
  [259, 70000, 0x11110370n],
  [4095, 1048575, 0xffffffffn],
])("numbers %i:%i as mknod takes it", (major, minor, number) => {
  expect(deviceNumber(major, minor)).toBe(number);
});

it("refuses numbers out of range", () => {
  expect(() => deviceNumber(4096, 0)).toThrow(RangeError);
  expect(() => deviceNumber(1, 2 ** 20)).toThrow(RangeError);
});
