import type { Network, RouteRequest } from "@earlyboot/linux-syscalls";
import { closeSync } from "node:fs";

import { fields, integer, text } from "./arguments.ts";
import { C } from "./c-constants.ts";
import type { Kernel } from "./kernel.ts";
import { interfaceRequest, routeEntry } from "./layouts.ts";
import { withPinned } from "./pinned.ts";
import { makeStructure, readStructure, writeStructure, writeText } from "./structure.ts";

/** IPv4 by the ioctls of netdevice(7). */
export function networkCalls(kernel: Kernel): Network {
  function ask(request: number, structure: Uint8Array, path?: string): void {
    const socket = kernel.call("socket", [C.AF_INET, C.SOCK_DGRAM | C.SOCK_CLOEXEC, 0]);
    try {
      kernel.call("ioctl", [socket, request, structure], { path });
    } finally {
      closeSync(socket);
    }
  }

  function setAddress(request: number, name: unknown, address: unknown): void {
    const { interfaceName, structure } = requestFor(name);
    structure.set(socketAddress("address", address), 16);
    ask(request, structure, interfaceName);
  }

  return {
    interfaceFlags(name) {
      const { interfaceName, structure } = requestFor(name);
      ask(C.SIOCGIFFLAGS, structure, interfaceName);
      return readStructure(interfaceRequest, structure).flags;
    },
    setInterfaceFlags(name, flags) {
      const { interfaceName, structure } = requestFor(name);
      const bits = integer("ioctl", "flags", flags, 0, 0xffff);
      writeStructure(interfaceRequest, structure, { flags: bits });
      ask(C.SIOCSIFFLAGS, structure, interfaceName);
    },
    setInterfaceAddress: (name, address) => setAddress(C.SIOCSIFADDR, name, address),
    setInterfaceNetmask: (name, address) => setAddress(C.SIOCSIFNETMASK, name, address),
    addRoute(route) {
      const { structure, device } = routeFor(kernel, route);
      const memory = device === undefined ? [] : [device.memory];
      withPinned(memory, () => ask(C.SIOCADDRT, structure, device?.name));
    },
  };
}

function nameOf(name: unknown): string {
  return text("ioctl", "interface", name, C.IFNAMSIZ - 1);
}

function requestFor(name: unknown): { interfaceName: string; structure: Uint8Array } {
  const interfaceName = nameOf(name);
  const structure = makeStructure(interfaceRequest);
  writeText(structure, 0, C.IFNAMSIZ, interfaceName);
  return { interfaceName, structure };
}

/** struct sockaddr_in of an address in dotted form. */
function socketAddress(name: string, address: unknown): Uint8Array {
  const dotted = text("ioctl", name, address, 15);
  const numbers = dotted.split(".").map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  if (numbers.length !== 4 || numbers.some((number) => number > 255)) {
    throw new RangeError(`ioctl: ${name} is "${dotted}", expected four numbers: "10.0.2.15"`);
  }
  return Uint8Array.from([C.AF_INET, 0, 0, 0, ...numbers, 0, 0, 0, 0, 0, 0, 0, 0]);
}

/** A structure, and what it points to, which must live as long. */
interface Route {
  readonly structure: Uint8Array;
  readonly device: { readonly name: string; readonly memory: Uint8Array } | undefined;
}

function routeFor(kernel: Kernel, route: RouteRequest): Route {
  const { destination, netmask, gateway, interface: name } = fields("ioctl", "route", route);
  const structure = makeStructure(routeEntry);
  const mask = socketAddress("netmask", netmask);
  structure.set(socketAddress("destination", destination), 8);
  structure.set(mask, 40);
  let flags: number = C.RTF_UP;
  if (mask.subarray(4, 8).every((byte) => byte === 255)) flags |= C.RTF_HOST;
  if (gateway !== undefined) {
    structure.set(socketAddress("gateway", gateway), 24);
    flags |= C.RTF_GATEWAY;
  }
  const device = name === undefined ? undefined : pinnedName(nameOf(name));
  writeStructure(routeEntry, structure, { flags });
  if (device !== undefined) {
    writeStructure(routeEntry, structure, { device: kernel.addressOf(device.memory) });
  }
  return { structure, device };
}

function pinnedName(name: string): { readonly name: string; readonly memory: Uint8Array } {
  const memory = new Uint8Array(C.IFNAMSIZ);
  writeText(memory, 0, C.IFNAMSIZ, name);
  return { name, memory };
}
