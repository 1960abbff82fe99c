import type { BootReport } from "@earlyboot/initrd-init";
import { escapeHtml } from "../pages/escape-html.ts";
import { endOf, formatMilliseconds, ticksUpTo, timelineOf, type TimelineRow } from "./timeline.ts";

const width = 960;
const labels = 200;
const rowHeight = 18;
const top = 54;

/** The timeline of a boot as a picture for documents; its colours follow the reader's light or dark. */
export function reportSvg(report: BootReport): string {
  const rows = timelineOf(report);
  const end = endOf(rows);
  const height = top + rows.length * rowHeight + 10;
  const x = (time: number) => Number((labels + (time / end) * (width - labels - 90)).toFixed(1));
  const title = `Boot of Linux ${report.kernel}: ${formatMilliseconds(end)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">
<style>
  .back { fill: #fff; } text { font: 12px system-ui, sans-serif; fill: #1c2430; }
  .grid { stroke: #8884; }
  .kernel { fill: #8a94a6; } .stage { fill: #2f6fde; } .module { fill: #2a9d6f; } .device { fill: #c77d0a; } .bad { fill: #cf3a3a; }
  @media (prefers-color-scheme: dark) { .back { fill: #12161d; } text { fill: #e6ebf2; } .stage { fill: #6c9cf5; } .bad { fill: #f07070; } }
</style>
<rect class="back" width="${width}" height="${height}" rx="6"/>
<text x="10" y="20" style="font-weight:600">${escapeHtml(title)}</text>
${ticksUpTo(end)
  .map(
    (tick) =>
      `<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${top - 8}" y2="${height}"/><text x="${x(tick)}" y="${top - 12}" text-anchor="middle">${formatMilliseconds(tick)}</text>`,
  )
  .join("\n")}
${rows.map((row, index) => drawRow(row, top + index * rowHeight, x)).join("\n")}
</svg>
`;
}

function drawRow(row: TimelineRow, y: number, x: (time: number) => number): string {
  const { kind, name, start, duration, note, isBad } = row;
  const length = Math.max(2, x(start + duration) - x(start));
  const text = escapeHtml(name.length > 28 ? `${name.slice(0, 27)}…` : name);
  const time = duration === 0 ? `at ${formatMilliseconds(start)}` : formatMilliseconds(duration);
  return `<g><title>${escapeHtml(`${name}: ${note}`)}</title><text x="${labels - 8}" y="${y + 12}" text-anchor="end">${text}</text><rect class="${isBad ? "bad" : kind}" x="${x(start)}" y="${y + 2}" width="${length.toFixed(1)}" height="${rowHeight - 5}" rx="2"/><text x="${(x(start) + length + 4).toFixed(1)}" y="${y + 12}">${time}</text></g>`;
}
