import type { Network, RouteRequest } from "@earlyboot/linux-syscalls";
import * as fs from "node:fs";

import { fields, integer, text } from "./arguments.ts";
import type { Kernel } from "./kernel.ts";
import { interfaceRequest, routeEntry } from "./layouts.ts";
import { makeStructure, readStructure, writeStructure, writeText } from "./structure.ts";

/** From `<linux/sockios.h>` */
const Request = {
  AddRoute: 0x890b,
  GetFlags: 0x8913,
  SetFlags: 0x8914,
  SetAddress: 0x8916,
  SetNetmask: 0x891c,
} as const;

/** AF_INET, SOCK_DGRAM | SOCK_CLOEXEC */
const internet = 2;
const datagramCloseOnExec = 2 | 0o2000000;

/** IPv4 by the ioctls of netdevice(7). */
export function networkCalls(kernel: Kernel): Network {
  function ask(request: number, structure: Uint8Array, path?: string): void {
    const socket = kernel.call("socket", [internet, datagramCloseOnExec, 0]);
    try {
      kernel.call("ioctl", [socket, request, structure], { path });
    } finally {
      fs.closeSync(socket);
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
      ask(Request.GetFlags, structure, interfaceName);
      return readStructure(interfaceRequest, structure).flags;
    },
    setInterfaceFlags(name, flags) {
      const { interfaceName, structure } = requestFor(name);
      const bits = integer("ioctl", "flags", flags, 0, 0xffff);
      writeStructure(interfaceRequest, structure, { flags: bits });
      ask(Request.SetFlags, structure, interfaceName);
    },
    setInterfaceAddress: (name, address) => setAddress(Request.SetAddress, name, address),
    setInterfaceNetmask: (name, address) => setAddress(Request.SetNetmask, name, address),
    addRoute(route) {
      const { structure, device } = routeFor(kernel, route);
      ask(Request.AddRoute, structure, device?.name);
    },
  };
}

/** IFNAMSIZ, with the NUL. */
const nameRoom = 16;

function nameOf(name: unknown): string {
  return text("ioctl", "interface", name, nameRoom - 1);
}

function requestFor(name: unknown): { interfaceName: string; structure: Uint8Array } {
  const interfaceName = nameOf(name);
  const structure = makeStructure(interfaceRequest);
  writeText(structure, 0, nameRoom, interfaceName);
  return { interfaceName, structure };
}

/** struct sockaddr_in of an address in dotted form. */
function socketAddress(name: string, address: unknown): Uint8Array {
  const dotted = text("ioctl", name, address, 15);
  const numbers = dotted.split(".").map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  if (numbers.length !== 4 || numbers.some((number) => number > 255)) {
    throw new RangeError(`ioctl: ${name} is "${dotted}", expected four numbers: "10.0.2.15"`);
  }
  return Uint8Array.from([internet, 0, 0, 0, ...numbers, 0, 0, 0, 0, 0, 0, 0, 0]);
}

/** RTF_UP, RTF_GATEWAY and RTF_HOST, from `<linux/route.h>` */
const RouteFlag = { Up: 1, Gateway: 2, Host: 4 } as const;

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
  let flags: number = RouteFlag.Up;
  if (mask.subarray(4, 8).every((byte) => byte === 255)) flags |= RouteFlag.Host;
  if (gateway !== undefined) {
    structure.set(socketAddress("gateway", gateway), 24);
    flags |= RouteFlag.Gateway;
  }
  const device = name === undefined ? undefined : pinnedName(nameOf(name));
  writeStructure(routeEntry, structure, { flags });
  if (device !== undefined) {
    writeStructure(routeEntry, structure, { device: kernel.addressOf(device.memory) });
  }
  return { structure, device };
}

function pinnedName(name: string): { readonly name: string; readonly memory: Uint8Array } {
  const memory = new Uint8Array(nameRoom);
  writeText(memory, 0, nameRoom, name);
  return { name, memory };
}
