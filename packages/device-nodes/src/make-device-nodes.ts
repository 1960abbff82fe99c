import {
  errorCode,
  formatDeviceNumber,
  parseDeviceNumber,
  printable,
  type FileStatus,
  type Linux,
} from "@earlyboot/linux-syscalls";

import { deviceNumber } from "./device-number.ts";
import { DeviceNodeError, type WrongNode } from "./device-node-error.ts";
import type { DeviceNode } from "./device-node.ts";
import { essentialDeviceNodes } from "./essential-device-nodes.ts";
import { isDevice, kindBits, kindWords, sameKind } from "./node-kind.ts";

/** What it takes to make nodes. */
export type NodeLinux = Pick<
  Linux,
  "lstat" | "mkdir" | "mknod" | "readDirectory" | "readLink" | "readText" | "symlink" | "umask"
>;

/** Where {@link makeDeviceNodes} makes nodes. */
export interface DeviceNodeOptions {
  /** The directory whose `dev` gets the nodes; default `/`. */
  readonly root?: string;
}

/**
 * Makes those of {@link essentialDeviceNodes} that are missing, as {@link makeDeviceNodes} does.
 *
 * @returns The paths of what was made.
 * @throws DeviceNodeError when all else is made, for names that are something else.
 */
export function makeEssentialDeviceNodes(
  linux: NodeLinux,
  options?: DeviceNodeOptions,
): readonly string[] {
  return makeDeviceNodes(linux, essentialDeviceNodes(), options);
}

/**
 * Makes those of `nodes` that are missing below `dev`, with exactly their modes, whatever the umask. What is
 * there already stays as it is. Block devices get the number that the running kernel gives to their name,
 * where it has such a device.
 *
 * @returns The paths of what was made.
 * @throws DeviceNodeError when all else is made, for names that are something else.
 */
export function makeDeviceNodes(
  linux: NodeLinux,
  nodes: readonly DeviceNode[],
  { root = "/" }: DeviceNodeOptions = {},
): readonly string[] {
  const directory = `${root.replace(/\/+$/, "")}/dev`;
  const made: string[] = [];
  const wrong: WrongNode[] = [];
  const wanted = withKernelsNumbers(linux, nodes);
  const mask = linux.umask(0);
  try {
    if (statusOf(linux, directory) === undefined) linux.mkdir(directory, 0o755);
    for (const node of wanted) {
      const path = `${directory}/${node.name}`;
      if (wrong.some((other) => path.startsWith(`${other.path}/`))) continue;
      const status = statusOf(linux, path);
      if (status === undefined) made.push(make(linux, path, node));
      else wrong.push(...differences(linux, path, node, status));
    }
  } finally {
    linux.umask(mask);
  }
  if (wrong.length > 0) throw new DeviceNodeError(wrong);
  return made;
}

/** The nodes with the numbers by which the running kernel knows its block devices. */
function withKernelsNumbers(linux: NodeLinux, nodes: readonly DeviceNode[]): readonly Numbered[] {
  const known = new Set(nodes.some(isBlock) ? namesIn(linux, blockDevices) : []);
  return nodes.map((node) => {
    const own = deviceNumber(node.major ?? 0, node.minor ?? 0);
    const isKnown = isBlock(node) && known.has(node.name);
    return { ...node, device: (isKnown ? kernelsNumber(linux, node.name) : undefined) ?? own };
  });
}

function isBlock({ kind }: DeviceNode): boolean {
  return kind === "block";
}

type Numbered = DeviceNode & { readonly device: bigint };

const blockDevices = "/sys/class/block";

function kernelsNumber(linux: NodeLinux, name: string): bigint | undefined {
  return parseDeviceNumber(linux.readText(`${blockDevices}/${name}/dev`));
}

/** Empty where there is no sysfs. */
function namesIn(linux: NodeLinux, directory: string): readonly string[] {
  try {
    return linux.readDirectory(directory).map(({ name }) => name);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

function statusOf(linux: NodeLinux, path: string): FileStatus | undefined {
  try {
    return linux.lstat(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function make(
  linux: NodeLinux,
  path: string,
  { kind, mode, device, target = "" }: Numbered,
): string {
  if (kind === "directory") linux.mkdir(path, mode);
  else if (kind === "link") linux.symlink(target, path);
  else linux.mknod(path, kindBits[kind] | mode, device);
  return path;
}

/** Nothing when the name is what it has to be; its mode may be another. */
function differences(
  linux: NodeLinux,
  path: string,
  node: Numbered,
  { mode, rdev }: FileStatus,
): readonly WrongNode[] {
  const target = sameKind(mode, kindBits.link) ? linux.readLink(path) : undefined;
  const expected = describe(kindBits[node.kind], node.device, node.target);
  const found = describe(mode, rdev, target);
  return found === expected ? [] : [{ path, expected, found }];
}

/** In words, everything that has to agree: `character device 1:3`. */
function describe(mode: number, device: bigint, target: string | undefined): string {
  const kind = kindWords(mode);
  if (isDevice(mode)) return `${kind} ${formatDeviceNumber(device)}`;
  return target === undefined ? kind : `${kind} to ${printable(target)}`;
}
