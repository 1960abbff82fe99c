import type { Image } from "@earlyboot/initrd-image";
import { escapeHtml } from "../report/escape-html.ts";
import { formatBytes } from "../terminal/format.ts";
import { imageTree, type TreeNode } from "./image-tree.ts";

/** What takes the space in an image, as a page that needs nothing else: boxes in boxes, each as large as its share. */
export function imagePage(image: Image, name: string): string {
  const tree = imageTree(image);
  const title = `${name}: ${formatBytes(image.size)}, ${formatBytes(tree.size)} unpacked`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<ul class="across">${box(tree, tree.size, 0)}</ul>
</body>
</html>
`;
}

/** A box below this share of the whole is drawn together with its neighbours. */
const leastShare = 0.002;

function box(node: TreeNode, whole: number, depth: number): string {
  const children = [...node.children.values()].toSorted((a, b) => b.size - a.size);
  const shown = children.filter(({ size }) => size >= whole * leastShare);
  const rest = node.size - shown.reduce((sum, { size }) => sum + size, 0);
  const words = `${node.name} ${formatBytes(node.size)}`;
  const label = `<span title="${escapeHtml(words)}">${escapeHtml(node.name)} <small>${formatBytes(node.size)}</small></span>`;
  const others =
    shown.length > 0 && rest > 0
      ? [`<li style="flex-grow:${rest}"><span title="the rest: ${formatBytes(rest)}">…</span></li>`]
      : [];
  const inner = [...shown.map((child) => box(child, whole, depth + 1)), ...others];
  const direction = depth % 2 === 0 ? "across" : "down";
  const below = inner.length === 0 ? "" : `<ul class="${direction}">${inner.join("")}</ul>`;
  return `<li class="depth${depth % 4}" style="flex-grow:${node.size}">${label}${below}</li>`;
}

const style = `
:root { color-scheme: light dark; --text: #1c2430; --back: #fff; --edge: #8886; --a: #dbe7fb; --b: #d9f0e5; --c: #f6e8cf; --d: #eadff5; }
@media (prefers-color-scheme: dark) { :root { --text: #e6ebf2; --back: #12161d; --a: #1d2c47; --b: #173428; --c: #3b2d14; --d: #2e2440; } }
body { margin: 1rem; font: 1rem/1.3 system-ui, sans-serif; color: var(--text); background: var(--back); } h1 { font-size: 1.2rem; overflow-wrap: anywhere; }
ul { list-style: none; margin: 0; padding: 0; display: flex; min-width: 0; min-height: 0; flex: 1; gap: 2px; } .across { flex-direction: row; } .down { flex-direction: column; }
body > ul { height: calc(100vh - 6rem); min-height: 30rem; }
li { flex: 1 1 0; min-width: 0; min-height: 0; overflow: hidden; display: flex; flex-direction: column; border: 1px solid var(--edge); border-radius: 3px; }
li span { display: block; padding: 0 .25rem; font-size: .75rem; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; flex: none; }
.depth0 { background: var(--a); } .depth1 { background: var(--b); } .depth2 { background: var(--c); } .depth3 { background: var(--d); }
`;
