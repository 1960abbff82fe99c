/**
 * Prints how soon a uevent is heard of, and what waiting costs: `node uevents.js WAY`, as root.
 * `signal` is the adapter's way; `thread` lets poll(2) wait in Node's pool; `timer` looks each 20 ms.
 */
import { writeFileSync, writeSync } from "node:fs";

import { findAddon } from "../src/addon-path.ts";
import { openFfiRs } from "../src/backends/ffi-rs.ts";
import { kernelOf } from "../src/kernel.ts";
import { openUevents } from "../src/uevents.ts";

const trigger = "/sys/devices/virtual/mem/null/uevent";
const way = process.argv[2];
const kernel = kernelOf(openFfiRs(findAddon()));
const waitForEvent = { signal, thread, timer }[way]();

const latencies = [];
for (let i = 0; i < 50; i++) {
  const heard = waitForEvent();
  await pause(2 + (i % 20));
  const before = performance.now();
  writeFileSync(trigger, "change");
  await heard;
  latencies.push(performance.now() - before);
}
void waitForEvent();
const before = process.cpuUsage();
await pause(10_000);
const { user, system } = process.cpuUsage(before);
const latency = latencies.toSorted((a, b) => a - b)[25];
writeSync(1, JSON.stringify({ latency, idle: (user + system) / 1000 }));
process.kill(process.pid, "SIGKILL");

function signal() {
  const source = openUevents(kernel);
  return async () => source.next();
}

function thread() {
  const socket = openSocket();
  return async () => {
    const entry = new Uint8Array(new Int32Array([socket, 1]).buffer);
    await kernel.callAside("poll", [entry, 1, -1]);
    drain(socket);
  };
}

function timer() {
  const socket = openSocket();
  return async () => {
    while (!drain(socket)) await pause(20);
  };
}

/** AF_NETLINK, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT */
function openSocket() {
  const socket = kernel.call("socket", [16, 2 | 0o4000 | 0o2000000, 15]);
  kernel.call("bind", [socket, new Uint8Array([16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]), 12]);
  return socket;
}

function drain(socket) {
  const buffer = new Uint8Array(16384);
  for (let found = false; ; found = true) {
    try {
      kernel.call("recvfrom", [socket, buffer, buffer.length, 0, null, null]);
    } catch {
      return found;
    }
  }
}

async function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
