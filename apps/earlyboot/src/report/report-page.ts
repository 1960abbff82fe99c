import type { BootReport } from "@earlyboot/initrd-init";
import { formatBytes } from "../terminal/format.ts";
import { escapeHtml } from "./escape-html.ts";
import { pageScript, pageStyle } from "./page-parts.ts";
import { endOf, formatMilliseconds, ticksUpTo, timelineOf, type TimelineRow } from "./timeline.ts";

/** A boot report as one page that needs nothing else: no network, no other file. */
export function reportPage(report: BootReport): string {
  const rows = timelineOf(report);
  const title = `Boot of Linux ${report.kernel}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="${report.outcome}">${outcomes[report.outcome]}${report.next === undefined ? "" : ` (${escapeHtml(report.next)})`} after ${formatMilliseconds(endOf(rows))}, of which the kernel took ${formatMilliseconds(report.started)}.</p>
${report.failure === undefined ? "" : `<p class="failed">${escapeHtml(report.failure)}</p>`}
<p><code>${escapeHtml(report.commandLine.text)}</code></p>
</header>
<main>
${timeline(rows)}
${table(
  "What happened when",
  ["Kind", "Name", "Start", "Duration", "Outcome"],
  rows.map((row) => [row.kind, row.name, time(row.start), time(row.duration), row.note]),
)}
${table(
  "Settings",
  ["Name", "Value", "From"],
  report.commandLine.settings.map(({ name, value, source }) => [name, value, source]),
)}
${table(
  "Block devices",
  ["Device", "Size", "Type", "Label", "UUID"],
  report.devices.map((device) => [
    device.path,
    bytes(device.size),
    device.type ?? "",
    device.label ?? "",
    device.uuid ?? "",
  ]),
)}
${table(
  "File systems checked",
  ["Device", "Type", "Outcome", "Duration"],
  report.checks.map((check) => [check.device, check.type, check.outcome, time(check.duration)]),
)}
${table(
  "File systems mounted",
  ["Target", "Source", "Type", "Options"],
  report.mounts.map((mount) => [mount.target, mount.source, mount.type, mount.options]),
)}
${table(
  "Devices without a driver",
  ["Asked for", "By"],
  report.missingModules.map(({ name, device }) => [name, device]),
)}
${table(
  "Warnings",
  ["Warning"],
  report.warnings.map((warning) => [warning]),
)}
</main>
<script>${pageScript}</script>
</body>
</html>
`;
}

const outcomes: Readonly<Record<BootReport["outcome"], string>> = {
  booting: "It was still booting",
  "handed-over": "It handed over to the real init",
  failed: "It failed",
};

function timeline(rows: readonly TimelineRow[]): string {
  const end = endOf(rows);
  const percent = (value: number) => `${((100 * value) / end).toFixed(3)}%`;
  const ticks = ticksUpTo(end).map(
    (tick) => `<span style="left:${percent(tick)}">${formatMilliseconds(tick)}</span>`,
  );
  const bars = rows.map(({ kind, name, start, duration, note, isBad }) => {
    const words = `${name}: ${note}; from ${formatMilliseconds(start)}, ${formatMilliseconds(duration)}`;
    return `<li title="${escapeHtml(words)}"><span class="name" style="left:${percent(start)}">${escapeHtml(name)} <small>${formatMilliseconds(duration === 0 ? start : duration)}</small></span><span class="bar ${isBad ? "bad" : kind}" style="left:${percent(start)};width:max(3px,${percent(duration)})"></span></li>`;
  });
  return `<section aria-labelledby="timeline">
<h2 id="timeline">Timeline</h2>
<p class="legend"><span class="kernel">kernel</span> <span class="stage">stage</span> <span class="module">module</span> <span class="device">device</span> <span class="bad">failed</span>
<label>Zoom <input id="zoom" type="range" min="1" max="20" step="0.5" value="1"></label></p>
<div class="scroll" tabindex="0" role="region" aria-label="Timeline, which scrolls sideways"><div id="line"><div class="axis" aria-hidden="true">${ticks.join("")}</div><ol>${bars.join("")}</ol></div></div>
</section>`;
}

/** A cell: its text, and what it is sorted by where that is a number. */
type Cell = string | { readonly text: string; readonly value: number };

function time(milliseconds: number): Cell {
  return { text: formatMilliseconds(milliseconds), value: milliseconds };
}

function bytes(digits: string): Cell {
  return { text: formatBytes(Number(digits)), value: Number(digits) };
}

function table(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
): string {
  if (rows.length === 0) return "";
  const head = heads.map((name) => `<th scope="col"><button type="button">${name}</button></th>`);
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
