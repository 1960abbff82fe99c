/**
 * Run in a mount namespace of its own: makes the essential nodes on a tmpfs, under a strict umask, and
 * prints, as JSON, what they are.
 */
import {
  essentialDeviceNodes,
  makeDeviceNodes,
  makeEssentialDeviceNodes,
  parseStaticNodes,
} from "@earlyboot/device-nodes";
import { FileKind, formatDeviceNumber, MountFlag } from "@earlyboot/linux-syscalls";
import { openLinux } from "@earlyboot/linux-syscalls-ffi";

const linux = openLinux();
linux.mount({ target: "/", flags: MountFlag.Recursive | MountFlag.Private });
linux.mount({ source: "nodes", target: "/mnt", type: "tmpfs" });
const options = { root: "/mnt" };

linux.umask(0o077);
makeEssentialDeviceNodes(linux, options);
makeDeviceNodes(linux, parseStaticNodes("tun net/tun c10:200\n"), options);
const names = [...essentialDeviceNodes().map(({ name }) => name), "net/tun"];
const nodes = names.map(show);
const again = makeEssentialDeviceNodes(linux, options);
const zeros = new Uint8Array(4).fill(1);
const zero = linux.open("/mnt/dev/zero");
linux.read(zero, zeros);
linux.close(zero);
linux.unlink("/mnt/dev/null");
linux.writeFile("/mnt/dev/null", "");
console.log(JSON.stringify({ nodes, again, zeros: [...zeros], refusal: refusal() }));

/** A node as `ls -l` would show it, in short. */
function show(name: string): string {
  const path = `/mnt/dev/${name}`;
  const { mode, rdev } = linux.lstat(path);
  const isLink = (mode & FileKind.Mask) === FileKind.Link;
  const what = isLink ? linux.readLink(path) : formatDeviceNumber(rdev);
  return `${name} ${mode.toString(8)} ${what}`;
}

function refusal(): string {
  try {
    makeEssentialDeviceNodes(linux, options);
    return "none";
  } catch (error) {
    return String(error);
  }
}
