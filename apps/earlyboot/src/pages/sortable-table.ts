import { formatBytes } from "../terminal/format.ts";
import { escapeHtml } from "./escape-html.ts";

/** A cell: its text, and what it is sorted by where that is a number. */
export type Cell = string | { readonly text: string; readonly value: number };

/** A number of bytes. */
export function bytesCell(value: number): Cell {
  return { text: formatBytes(value), value };
}

/** A section with a table that the page's reader can sort; nothing where there are no rows. */
export function sortableTable(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
): string {
  if (rows.length === 0) return "";
  const isNumber = heads.map((_, column) => typeof rows[0]?.[column] === "object");
  const head = heads.map(
    (name, column) =>
      `<th scope="col"${isNumber[column] === true ? ' class="number"' : ""}><button type="button">${name}</button></th>`,
  );
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`);
  return `<section><h2>${title} <small>${rows.length}</small></h2>
<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr>${head.join("")}</tr></thead><tbody>
${body.join("\n")}
</tbody></table></div></section>`;
}

function cell(content: Cell): string {
  if (typeof content === "string") return `<td>${escapeHtml(content)}</td>`;
  return `<td class="number" data-value="${content.value}">${escapeHtml(content.text)}</td>`;
}
