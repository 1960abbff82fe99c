import { imageEntries, type CpioEntry, type Image } from "@earlyboot/initrd-image";

/** A name in an image, with all that is below it. */
export interface TreeNode {
  readonly name: string;
  /** Absent for a directory that only stands in the names of others. */
  entry?: CpioEntry;
  /** Bytes of content, of all below as well. */
  size: number;
  readonly children: Map<string, TreeNode>;
}

/** What the kernel's file system will hold, as a tree. Hard links count once. */
export function imageTree(image: Image): TreeNode {
  const root: TreeNode = { name: "/", size: 0, children: new Map() };
  for (const entry of imageEntries(image).values()) {
    const size = entry.kind === "file" ? (entry.content?.length ?? 0) : 0;
    root.size += size;
    let node = root;
    for (const name of entry.path.split("/").filter((part) => part !== "" && part !== ".")) {
      const child = node.children.get(name) ?? { name, size: 0, children: new Map() };
      node.children.set(name, child);
      child.size += size;
      node = child;
    }
    node.entry = entry;
  }
  return root;
}

/** Nodes in the order of their names. */
export function sortedChildren(node: TreeNode): TreeNode[] {
  return [...node.children.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
