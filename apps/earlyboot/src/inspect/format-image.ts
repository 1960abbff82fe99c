import type { CpioEntry, Image } from "@earlyboot/initrd-image";
import { printable } from "@earlyboot/linux-syscalls";
import { formatBytes } from "../terminal/format.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { imageTree, sortedChildren, type TreeNode } from "./image-tree.ts";

/** An image for people: its parts, then a tree with sizes. */
export function formatImage(image: Image, { style }: Pick<Terminal, "style">): string[] {
  const tree = imageTree(image);
  return [
    ...image.segments.map(
      ({ compression, offset, size, unpackedSize, entries }, index) =>
        `${style.bold(`part ${index + 1}`)} at ${offset}: ${compression}, ${formatBytes(size)}, ` +
        `${formatBytes(unpackedSize)} unpacked, ${entries.length} entries`,
    ),
    "",
    `${sizeColumn(tree.size)}  ${style.bold("/")}`,
    ...sortedChildren(tree).flatMap((child) => formatNode(child, "  ")),
  ];
}

function formatNode(node: TreeNode, indent: string): string[] {
  const line = `${sizeColumn(node.size)}${indent}${describe(node)}`;
  return [line, ...sortedChildren(node).flatMap((child) => formatNode(child, `${indent}  `))];
}

function describe({ name, entry, children }: TreeNode): string {
  const safe = printable(name);
  if (entry === undefined || children.size > 0) return `${safe}/`;
  return `${safe}${kindOf(entry)}`;
}

function kindOf({ kind, target, device, sameAs }: CpioEntry): string {
  if (sameAs !== undefined) return ` = /${printable(sameAs)}`;
  if (kind === "file") return "";
  if (kind === "directory") return "/";
  if (kind === "link") return ` -> ${printable(target ?? "")}`;
  return device === undefined ? ` (${kind})` : ` (${kind} ${device.major}:${device.minor})`;
}

function sizeColumn(bytes: number): string {
  return (bytes === 0 ? "" : formatBytes(bytes)).padStart(11);
}
