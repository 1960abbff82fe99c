import type { BootReport } from "@earlyboot/initrd-init";
import { escapeHtml } from "../pages/escape-html.ts";
import { pageFrame } from "../pages/page-frame.ts";
import { bytesCell, sortableTable, type Cell } from "../pages/sortable-table.ts";
import { endOf, formatMilliseconds, ticksUpTo, timelineOf, type TimelineRow } from "./timeline.ts";

/** A boot report as one page that needs nothing else: no network, no other file. */
export function reportPage(report: BootReport): string {
  const rows = timelineOf(report);
  return pageFrame({
    title: `Boot of Linux ${report.kernel}`,
    introduction: introduction(report, rows),
    main: [
      timeline(rows),
      sortableTable(
        "What happened when",
        ["Kind", "Name", "Start", "Duration", "Outcome"],
        rows.map((row) => [row.kind, row.name, time(row.start), time(row.duration), row.note]),
      ),
      sortableTable(
        "Settings",
        ["Name", "Value", "From"],
        report.commandLine.settings.map(({ name, value, source }) => [name, value, source]),
      ),
      sortableTable(
        "Block devices",
        ["Device", "Size", "Type", "Label", "UUID"],
        report.devices.map((device) => [
          device.path,
          bytesCell(Number(device.size)),
          device.type ?? "",
          device.label ?? "",
          device.uuid ?? "",
        ]),
      ),
      sortableTable(
        "File systems checked",
        ["Device", "Type", "Outcome", "Duration"],
        report.checks.map((check) => [
          check.device,
          check.type,
          check.outcome,
          time(check.duration),
        ]),
      ),
      sortableTable(
        "File systems mounted",
        ["Target", "Source", "Type", "Options"],
        report.mounts.map((mount) => [mount.target, mount.source, mount.type, mount.options]),
      ),
      sortableTable(
        "Devices without a driver",
        ["Asked for", "By"],
        report.missingModules.map(({ name, device }) => [name, device]),
      ),
      sortableTable(
        "Warnings",
        ["Warning"],
        report.warnings.map((warning) => [warning]),
      ),
    ].join("\n"),
    style,
    script,
  });
}

function introduction(report: BootReport, rows: readonly TimelineRow[]): string {
  const { outcome, next, failure, started, commandLine } = report;
  const how = `${outcomes[outcome]}${next === undefined ? "" : ` (${next})`}`;
  const words = `${how} after ${formatMilliseconds(endOf(rows))}, of which the kernel took ${formatMilliseconds(started)}.`;
  return `<p class="${outcome}">${escapeHtml(words)}</p>
${failure === undefined ? "" : `<p class="failed">${escapeHtml(failure)}</p>`}
<p><code>${escapeHtml(commandLine.text)}</code></p>`;
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
    return `<li title="${escapeHtml(words)}"><span class="name" style="left:${percent(start)}">${escapeHtml(name)} <small>${duration === 0 ? `at ${formatMilliseconds(start)}` : formatMilliseconds(duration)}</small></span><span class="bar ${isBad ? "bad" : kind}" style="left:${percent(start)};width:max(3px,${percent(duration)})"></span></li>`;
  });
  return `<section aria-labelledby="timeline">
<h2 id="timeline">Timeline</h2>
<p class="legend"><span class="kernel">kernel</span> <span class="stage">stage</span> <span class="module">module</span> <span class="device">device</span> <span class="bad">failed</span>
<label>Zoom <input id="zoom" type="range" min="1" max="20" step="0.5" value="1"></label></p>
<div class="scroll" tabindex="0" role="region" aria-label="Timeline, which scrolls sideways"><div id="line"><div class="axis" aria-hidden="true">${ticks.join("")}</div><ol>${bars.join("")}</ol></div></div>
</section>`;
}

function time(milliseconds: number): Cell {
  return { text: formatMilliseconds(milliseconds), value: milliseconds };
}

const style = `
:root { --kernel: #6b7689; --stage: #2f6fde; --module: #1f8a5f; --device: #b06c00; --bad: #cf3a3a; }
@media (prefers-color-scheme: dark) { :root { --kernel: #8a94a6; --stage: #6c9cf5; --module: #43b98a; --device: #e0a13c; --bad: #f07070; } }
.failed { color: var(--bad); font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; color: var(--dim); } .legend span::before { content: ""; display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 2px; background: var(--color); } .legend label { margin-left: auto; display: flex; gap: .5rem; }
.kernel { --color: var(--kernel); } .stage { --color: var(--stage); } .module { --color: var(--module); } .device { --color: var(--device); } .bad { --color: var(--bad); }
#line { position: relative; width: calc(100% * var(--zoom, 1)); min-width: 36rem; padding: 0 10rem 0 .5rem; box-sizing: border-box; }
.axis { position: relative; height: 1.6rem; border-bottom: 1px solid var(--line); } .axis span { position: absolute; font-size: .75rem; color: var(--dim); border-left: 1px solid var(--line); padding-left: .25rem; white-space: nowrap; }
ol { list-style: none; margin: 0; padding: .25rem 0 .5rem; } li { position: relative; height: 1.9rem; }
li .name { position: absolute; white-space: nowrap; font-size: .8rem; } li .bar { position: absolute; bottom: .15rem; height: .4rem; border-radius: 2px; background: var(--color); }
@media print { #zoom { display: none; } }
`;

/** The zoom keeps the middle of what is seen in its place. */
const script = `
const zoom = document.getElementById("zoom"), line = document.getElementById("line");
zoom.addEventListener("input", () => {
  const box = line.parentElement, middle = (box.scrollLeft + box.clientWidth / 2) / line.offsetWidth;
  line.style.setProperty("--zoom", zoom.value);
  box.scrollLeft = middle * line.offsetWidth - box.clientWidth / 2;
});
`;
