import type { Image } from "@earlyboot/initrd-image";
import { printable } from "@earlyboot/linux-syscalls";
import { pageFrame } from "../pages/page-frame.ts";
import { bytesCell, sortableTable } from "../pages/sortable-table.ts";
import { formatBytes } from "../terminal/format.ts";
import { imageTree, type TreeNode } from "./image-tree.ts";
import { treemapScript, treemapStyle } from "./treemap.ts";

/** What takes the space in an image, as a page that needs nothing else: a treemap to go into, and tables. */
export function imagePage(image: Image, name: string): string {
  const tree = imageTree(image);
  return pageFrame({
    title: `${name}: ${formatBytes(image.size)}, ${formatBytes(tree.size)} unpacked`,
    introduction:
      "<p>Each box is as large as what it holds, unpacked. Choose a box to go into it.</p>",
    main: [
      treemap(tree),
      sortableTable(
        "Parts",
        ["Part", "Size", "Unpacked", "Entries", "Compression"],
        image.segments.map(({ compression, size, unpackedSize, entries }, index) => [
          number(index + 1),
          bytesCell(size),
          bytesCell(unpackedSize),
          number(entries.length),
          compression,
        ]),
      ),
      sortableTable(
        "Largest files",
        ["Size", "Share", "File"],
        filesBelow(tree, "")
          .toSorted((one, other) => other.size - one.size)
          .slice(0, mostFiles)
          .map(({ path, size }) => [bytesCell(size), share(size, tree.size), path]),
      ),
    ].join("\n"),
    style: treemapStyle,
    script: treemapScript,
  });
}

const mostFiles = 200;

function number(value: number) {
  return { text: String(value), value };
}

function share(size: number, whole: number) {
  const value = whole === 0 ? 0 : (100 * size) / whole;
  return { text: `${value.toFixed(1)} %`, value };
}

interface FileBelow {
  readonly path: string;
  readonly size: number;
}

function filesBelow(node: TreeNode, directory: string): readonly FileBelow[] {
  return [...node.children.values()].flatMap((child) => {
    const path = `${directory}/${child.name}`;
    return child.children.size === 0 ? [{ path, size: child.size }] : filesBelow(child, path);
  });
}

function treemap(tree: TreeNode): string {
  return `<section aria-labelledby="space">
<h2 id="space">What takes the space</h2>
<nav id="where" aria-label="Where the map is"></nav>
<div id="map" role="group" aria-label="Treemap"></div>
<noscript><p>The map is drawn by a script; the tables below need none.</p></noscript>
<script type="application/json" id="tree">${JSON.stringify(dataOf(tree)).replaceAll("<", String.raw`\u003c`)}</script>
</section>`;
}

/** A box of the map: its name, its size, and the boxes in it, largest first. */
type Box = readonly [name: string, size: number, inside: readonly Box[]];

function dataOf({ name, size, children }: TreeNode): Box {
  const inside = [...children.values()].filter((child) => child.size > 0);
  return [
    printable(name),
    size,
    inside.toSorted((one, other) => other.size - one.size).map(dataOf),
  ];
}
