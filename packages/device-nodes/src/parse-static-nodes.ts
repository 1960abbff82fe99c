import type { DeviceNode } from "./device-node.ts";

/**
 * Reads `modules.devname`: the nodes whose first use makes the kernel load a module, as
 * `kmod static-nodes` lists them, with mode 0600 and the directories that they are in.
 *
 * @throws RangeError for a line that is none of depmod(8).
 */
export function parseStaticNodes(text: string): readonly DeviceNode[] {
  const nodes = new Map<string, DeviceNode>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const node = parseLine(line);
    for (const directory of directoriesOf(node.name)) nodes.set(directory.name, directory);
    nodes.set(node.name, node);
  }
  return [...nodes.values()];
}

/** `MODULE NAME [bc]MAJOR:MINOR` */
const nodeLine = /^\S+ (?<name>\S+) (?<kind>[bc])(?<major>\d+):(?<minor>\d+)$/;

function parseLine(line: string): DeviceNode {
  const { name = "", kind, major, minor } = nodeLine.exec(line)?.groups ?? {};
  if (name === "" || name.split("/").some((part) => part === "" || part === "." || part === "..")) {
    throw new RangeError(
      `modules.devname: expected 'MODULE NAME [bc]MAJOR:MINOR', found '${line}'`,
    );
  }
  const numbers = { major: Number(major), minor: Number(minor) };
  return { name, kind: kind === "b" ? "block" : "character", mode: 0o600, ...numbers };
}

function directoriesOf(name: string): readonly DeviceNode[] {
  const parts = name.split("/").slice(0, -1);
  return parts.map((_, index) => ({
    name: parts.slice(0, index + 1).join("/"),
    kind: "directory",
    mode: 0o755,
  }));
}
