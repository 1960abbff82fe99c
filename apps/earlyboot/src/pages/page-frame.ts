import { escapeHtml } from "./escape-html.ts";

/** What one page has of its own. */
export interface Page {
  readonly title: string;
  /** HTML: what stands below the title. */
  readonly introduction: string;
  /** HTML: the sections. */
  readonly main: string;
  readonly style: string;
  readonly script: string;
}

/**
 * A page that needs nothing else, and could not get it: it allows itself no network. Light or dark as the reader
 * has it, from a phone's width on.
 */
export function pageFrame({ title, introduction, main, style, script }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${commonStyle}${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
${introduction}
</header>
<main>
${main}
</main>
<script>${commonScript}${script}</script>
</body>
</html>
`;
}

const commonStyle = `
:root { color-scheme: light dark; --text: #1c2430; --dim: #5a6577; --back: #fff; --line: #d8dee8; --accent: #2f6fde; }
@media (prefers-color-scheme: dark) { :root { --text: #e6ebf2; --dim: #a3adbd; --back: #12161d; --line: #2b3340; --accent: #6c9cf5; } }
body { margin: 0 auto; max-width: 75rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
h1 { font-size: 1.5rem; margin: .5rem 0; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; } small { color: var(--dim); font-weight: normal; }
code { overflow-wrap: anywhere; } :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; } tbody tr:last-child td { border-bottom: 0; }
td { overflow-wrap: break-word; } td:last-child { min-width: 8rem; max-width: 40rem; overflow-wrap: anywhere; } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th button { all: unset; cursor: pointer; font-weight: 600; white-space: nowrap; } th button:focus-visible { outline: 3px solid var(--accent); } th button::after { content: " ▲"; visibility: hidden; } th[aria-sort] button::after { visibility: visible; } th[aria-sort=descending] button::after { content: " ▼"; }
@media print { .scroll { overflow: visible; } }
`;

/** Tables are sorted by a click on a head, or a key. */
const commonScript = `
for (const button of document.querySelectorAll("th button")) button.addEventListener("click", () => {
  const head = button.parentElement, body = head.closest("table").tBodies[0], column = head.cellIndex;
  const up = head.getAttribute("aria-sort") !== "ascending";
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
  const rows = [...body.rows].sort((a, b) => key(a).localeCompare(key(b), undefined, { numeric: true }));
  body.append(...(up ? rows : rows.reverse()));
});
`;
