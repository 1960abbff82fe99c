import { InterfaceFlag } from "../constants.ts";
import type { Network, RouteRequest } from "../linux.ts";
import type { BlockWorld } from "./block-devices.ts";
import { fail } from "./kernel-fault.ts";
import { putDevice } from "./sysfs-devices.ts";

/** A simulated network interface. */
export interface InterfaceDescription {
  /** Default: that of an Ethernet card. `/sys/class/net/NAME/type` tells it. */
  readonly kind?: "ethernet" | "loopback";
  /** Whether a cable is plugged in: an interface with one runs as soon as it is up. Default true. */
  readonly carrier?: boolean;
  /** The hardware address; default `52:54:00:12:34:56`. */
  readonly hardwareAddress?: string;
}

/** An interface as the simulated kernel holds it. */
interface InterfaceState {
  readonly name: string;
  readonly description: InterfaceDescription;
  flags: number;
  address: string | undefined;
  netmask: string | undefined;
}

/** The interfaces and routes of a machine. */
export interface NetworkState {
  readonly interfaces: Map<string, InterfaceState>;
  readonly routes: RouteRequest[];
}

/** Brings in an interface, which is down, with its directory in sysfs. */
export function addInterface(
  { sysfs, uevents }: BlockWorld,
  { interfaces }: NetworkState,
  name: string,
  description: InterfaceDescription,
): void {
  const isLoopback = description.kind === "loopback";
  const flags = isLoopback ? InterfaceFlag.Loopback : InterfaceFlag.Broadcast;
  const state = { name, description, flags, address: undefined, netmask: undefined };
  const { hardwareAddress = isLoopback ? "00:00:00:00:00:00" : "52:54:00:12:34:56" } = description;
  const index = String(interfaces.size + 1);
  interfaces.set(name, state);
  const devpath = `/devices/${isLoopback ? "virtual" : "platform/simulated"}/net/${name}`;
  putDevice(sysfs, uevents, {
    devpath,
    subsystem: "net",
    properties: { INTERFACE: name, IFINDEX: index },
    attributes: {
      type: () => (isLoopback ? "772" : "1"),
      address: () => hardwareAddress,
      ifindex: () => index,
      flags: () => `0x${state.flags.toString(16)}`,
      carrier: () => ((state.flags & InterfaceFlag.Running) === 0 ? "0" : "1"),
      operstate: () => ((state.flags & InterfaceFlag.Running) === 0 ? "down" : "up"),
    },
  });
  uevents.announce("add", devpath, { SUBSYSTEM: "net", INTERFACE: name, IFINDEX: index });
}

/** The calls of {@link Network}. */
export function networkCalls({ interfaces, routes }: NetworkState): Network {
  const find = (name: string): InterfaceState => interfaces.get(name) ?? fail("ENODEV");
  return {
    interfaceFlags: (name) => find(name).flags,
    setInterfaceFlags: (name, flags) => {
      const state = find(name);
      const fixed = InterfaceFlag.Loopback | InterfaceFlag.Broadcast;
      const isUp = (flags & InterfaceFlag.Up) !== 0;
      const runs = isUp && state.description.carrier !== false ? InterfaceFlag.Running : 0;
      state.flags = (state.flags & fixed) | (flags & ~fixed & ~InterfaceFlag.Running) | runs;
      if (!isUp) dropRoutes(routes, name);
    },
    setInterfaceAddress: (name, address) => {
      const state = find(name);
      state.address = formatAddress(parseAddress(address));
      state.netmask = usualNetmask(address);
    },
    setInterfaceNetmask: (name, netmask) => {
      const state = find(name);
      if (state.address === undefined) fail("EADDRNOTAVAIL");
      state.netmask = formatAddress(parseAddress(netmask));
    },
    addRoute: (route) => addRoute({ interfaces, routes }, route),
  };
}

function dropRoutes(routes: RouteRequest[], name: string): void {
  const kept = routes.filter((route) => route.interface !== name);
  routes.splice(0, routes.length, ...kept);
}

function addRoute({ interfaces, routes }: NetworkState, route: RouteRequest): void {
  const destination = parseAddress(route.destination);
  const netmask = parseAddress(route.netmask);
  if (!isMask(netmask) || (destination & ~netmask) !== 0) fail("EINVAL");
  if (route.interface !== undefined && !interfaces.has(route.interface)) fail("ENODEV");
  const by = findInterface(interfaces, route);
  if ((by.flags & InterfaceFlag.Up) === 0) fail("ENETDOWN");
  const isThere = routes.some(
    (other) => other.destination === route.destination && other.netmask === route.netmask,
  );
  if (isThere) fail("EEXIST");
  routes.push({ ...route, interface: by.name });
}

/** The interface through which a route leads: the one it names, and that reaches its gateway. */
function findInterface(
  interfaces: ReadonlyMap<string, InterfaceState>,
  { gateway, interface: name }: RouteRequest,
): InterfaceState {
  if (gateway === undefined) return interfaces.get(name ?? "") ?? fail("ENODEV");
  const wanted = parseAddress(gateway);
  for (const state of interfaces.values()) {
    if (name !== undefined && state.name !== name) continue;
    if ((state.flags & InterfaceFlag.Up) !== 0 && reaches(state, wanted)) return state;
  }
  return fail("ENETUNREACH");
}

function reaches({ address, netmask }: InterfaceState, wanted: number): boolean {
  if (address === undefined || netmask === undefined) return false;
  const mask = parseAddress(netmask);
  return (parseAddress(address) & mask) === (wanted & mask);
}

/** Four numbers from 0 to 255 as one of 32 bits; EINVAL for any other text. */
function parseAddress(text: string): number {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) fail("EINVAL");
  return parts.reduce((sum, part) => (sum << 8) | part, 0);
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
}

function isMask(mask: number): boolean {
  const inverse = ~mask >>> 0;
  return (inverse & (inverse + 1)) === 0;
}

/** The netmask of an address's class, which the kernel sets until told otherwise. */
function usualNetmask(address: string): string {
  const first = parseAddress(address) >>> 24;
  if (first < 128) return "255.0.0.0";
  return first < 192 ? "255.255.0.0" : "255.255.255.0";
}
