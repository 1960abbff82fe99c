import type { DeviceNode } from "./device-node.ts";

/** The nodes that programs expect in `/dev`; directories before what is in them. */
export function essentialDeviceNodes(): readonly DeviceNode[] {
  return [
    block("sda", 8, 0, 0o644),
    block("sda1", 8, 1, 0o644),
    block("sda2", 8, 2, 0o644),
    block("vda", 252, 0, 0o644),
    block("vda1", 252, 1, 0o644),
    block("vda2", 252, 2, 0o644),
    character("mem", 1, 1, 0o640),
    character("kmem", 1, 2, 0o640),
    directory("input"),
    character("input/mice", 13, 63, 0o640),
    character("input/mouse0", 13, 32, 0o640),
    character("input/event0", 13, 64, 0o640),
    character("tty", 5, 0, 0o666),
    ...count(50).map((n) => character(`tty${n}`, 4, n, 0o600)),
    character("ttyS0", 4, 64, 0o660),
    character("ptmx", 5, 2, 0o666),
    directory("pts"),
    { name: "log", kind: "socket", mode: 0o666 },
    character("kmsg", 1, 11, 0o600),
    character("null", 1, 3, 0o666),
    character("zero", 1, 5, 0o666),
    character("full", 1, 7, 0o666),
    character("random", 1, 8, 0o666),
    character("urandom", 1, 9, 0o666),
    ...streamLinks(),
    character("fuse", 10, 229, 0o666),
    character("console", 5, 1, 0o600),
    character("loop-control", 10, 237, 0o660),
    ...count(8).map((n) => block(`loop${n}`, 7, n, 0o660)),
  ];
}

/** What devtmpfs(5) leaves to others, since it holds devices only: the rest of the nodes is there by itself. */
export function nodesBesideDevtmpfs(): readonly DeviceNode[] {
  return [directory("pts"), { ...directory("shm"), mode: 0o1777 }, ...streamLinks()];
}

function streamLinks(): readonly DeviceNode[] {
  return [
    link("fd", "/proc/self/fd"),
    link("stdin", "/proc/self/fd/0"),
    link("stdout", "/proc/self/fd/1"),
    link("stderr", "/proc/self/fd/2"),
  ];
}

function count(length: number): readonly number[] {
  return Array.from({ length }, (_, n) => n);
}

function block(name: string, major: number, minor: number, mode: number): DeviceNode {
  return { name, kind: "block", mode, major, minor };
}

function character(name: string, major: number, minor: number, mode: number): DeviceNode {
  return { name, kind: "character", mode, major, minor };
}

function directory(name: string): DeviceNode {
  return { name, kind: "directory", mode: 0o755 };
}

function link(name: string, target: string): DeviceNode {
  return { name, kind: "link", mode: 0o777, target };
}
