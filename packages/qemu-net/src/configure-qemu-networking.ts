import { errorCode, InterfaceFlag, type Linux, printable } from "@earlyboot/linux-syscalls";
import { describeInterfaces, findEthernet } from "./interfaces.ts";
import { qemuUserNetwork } from "./qemu-user-network.ts";

/** What {@link configureQemuNetworking} may be told besides the interface. */
export interface QemuNetworkOptions {
  /** Receives one line for people about what came of it, and one about each step that failed. */
  readonly onMessage?: (line: string) => void;
  /** The file that is to name the name server; default `/etc/resolv.conf`. */
  readonly resolverFile?: string;
}

/** The calls that {@link configureQemuNetworking} makes. */
export type QemuNetworkLinux = Pick<
  Linux,
  | "addRoute"
  | "interfaceFlags"
  | "mkdir"
  | "readDirectory"
  | "readText"
  | "setInterfaceAddress"
  | "setInterfaceFlags"
  | "setInterfaceNetmask"
  | "stat"
  | "writeFile"
>;

/**
 * Gives `interfaceName` its address on QEMU's user network, brings it up, adds the default route and
 * names the name server; says whether the interface is up. `"auto"` takes the first Ethernet interface.
 *
 * What fails is told to `onMessage`, never thrown: a guest without a network still boots.
 */
export function configureQemuNetworking(
  linux: QemuNetworkLinux,
  interfaceName = "eth0",
  options: QemuNetworkOptions = {},
): boolean {
  const { onMessage = () => {}, resolverFile = "/etc/resolv.conf" } = options;
  const name = interfaceName === "auto" ? findEthernet(linux) : interfaceName;
  if (name === undefined) {
    onMessage(`network: no Ethernet interface; ${describeInterfaces(linux)}`);
    return false;
  }
  let complete = true;
  for (const [step, action] of stepsFor(linux, name, resolverFile)) {
    try {
      action();
    } catch (error) {
      if (errorCode(error) === "ENODEV") {
        onMessage(`network: no interface ${printable(name)}; ${describeInterfaces(linux)}`);
        return false;
      }
      complete = false;
      onMessage(`network: cannot ${step} (${printable(name)}): ${wordsOf(error)}`);
    }
  }
  const up = isUp(linux, name);
  const addresses = complete ? `: ${summary}` : ", but not configured as a whole";
  onMessage(`network: ${printable(name)} ${up ? `is up${addresses}` : "stays down"}`);
  return up;
}

const { guest, netmask, prefixLength, gateway, nameServer } = qemuUserNetwork;
const summary = `${guest}/${prefixLength}, gateway ${gateway}, name server ${nameServer}`;

/** What has to be done, in order. A step that fails does not keep the others from being tried. */
function stepsFor(
  linux: QemuNetworkLinux,
  name: string,
  resolverFile: string,
): readonly (readonly [step: string, action: () => void])[] {
  return [
    [`set the address ${guest}`, () => linux.setInterfaceAddress(name, guest)],
    [`set the netmask ${netmask}`, () => linux.setInterfaceNetmask(name, netmask)],
    ["bring it up", () => bringUp(linux, name)],
    [`route by ${gateway}`, () => addDefaultRoute(linux, name)],
    [`write ${resolverFile}`, () => writeResolver(linux, resolverFile)],
  ];
}

function bringUp(linux: QemuNetworkLinux, name: string): void {
  linux.setInterfaceFlags(name, linux.interfaceFlags(name) | InterfaceFlag.Up);
}

/** Adds the default route; one that is there already is fine. */
function addDefaultRoute(linux: QemuNetworkLinux, name: string): void {
  try {
    linux.addRoute({ destination: "0.0.0.0", netmask: "0.0.0.0", gateway, interface: name });
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
}

function writeResolver(linux: QemuNetworkLinux, file: string): void {
  const directory = file.slice(0, file.lastIndexOf("/"));
  try {
    if (directory !== "") linux.mkdir(directory, 0o755);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
  linux.writeFile(file, `nameserver ${nameServer}\n`);
}

function isUp(linux: QemuNetworkLinux, name: string): boolean {
  try {
    return (linux.interfaceFlags(name) & InterfaceFlag.Up) !== 0;
  } catch {
    return false;
  }
}

function wordsOf(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error));
}
