/** The look of a report's page: light or dark as the reader has it, from a phone's width on. */
export const pageStyle: string = `
:root { color-scheme: light dark; --text: #1c2430; --dim: #5a6577; --back: #fff; --line: #d8dee8; --kernel: #6b7689; --stage: #2f6fde; --module: #1f8a5f; --device: #b06c00; --bad: #cf3a3a; }
@media (prefers-color-scheme: dark) { :root { --text: #e6ebf2; --dim: #a3adbd; --back: #12161d; --line: #2b3340; --kernel: #8a94a6; --stage: #6c9cf5; --module: #43b98a; --device: #e0a13c; --bad: #f07070; } }
body { margin: 0 auto; max-width: 75rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
h1 { font-size: 1.5rem; margin: .5rem 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; } small, .legend { color: var(--dim); font-weight: normal; }
code { overflow-wrap: anywhere; } .failed { color: var(--bad); font-weight: 600; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; } :focus-visible { outline: 3px solid var(--stage); outline-offset: 2px; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; } .legend span::before { content: ""; display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 2px; background: var(--color); } .legend label { margin-left: auto; display: flex; gap: .5rem; }
.kernel { --color: var(--kernel); } .stage { --color: var(--stage); } .module { --color: var(--module); } .device { --color: var(--device); } .bad { --color: var(--bad); }
#line { position: relative; width: calc(100% * var(--zoom, 1)); min-width: 36rem; padding: 0 10rem 0 .5rem; box-sizing: border-box; }
.axis { position: sticky; top: 0; height: 1.6rem; border-bottom: 1px solid var(--line); } .axis span { position: absolute; font-size: .75rem; color: var(--dim); border-left: 1px solid var(--line); padding-left: .25rem; }
ol { list-style: none; margin: 0; padding: .25rem 0 .5rem; } li { position: relative; height: 1.9rem; }
li .name { position: absolute; white-space: nowrap; font-size: .8rem; } li .bar { position: absolute; bottom: .15rem; height: .4rem; border-radius: 2px; background: var(--color); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; } td { overflow-wrap: anywhere; } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th button { all: unset; cursor: pointer; font-weight: 600; } th button:focus-visible { outline: 3px solid var(--stage); } th[aria-sort=ascending] button::after { content: " ▲"; } th[aria-sort=descending] button::after { content: " ▼"; }
@media print { .scroll { overflow: visible; } #zoom { display: none; } }
`;

/** What a report's page does: the zoom, and tables that are sorted by a click or a key. */
export const pageScript: string = `
const zoom = document.getElementById("zoom"), line = document.getElementById("line");
zoom.addEventListener("input", () => {
  const box = line.parentElement, middle = (box.scrollLeft + box.clientWidth / 2) / line.offsetWidth;
  line.style.setProperty("--zoom", zoom.value);
  box.scrollLeft = middle * line.offsetWidth - box.clientWidth / 2;
});
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
