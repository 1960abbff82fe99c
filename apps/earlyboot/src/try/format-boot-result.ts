import { formatBytes, formatSeconds, formatTable } from "../terminal/format.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { BootResult } from "./boot-result.ts";

/** The short table at the end of a trial. */
export function formatBootResult(
  result: BootResult,
  imageBytes: number,
  { style }: Pick<Terminal, "style">,
): string[] {
  const rows: [string, string][] = [
    ["kernel → /init", optionalSeconds(result.kernelSeconds)],
    ["/init → real init", optionalSeconds(result.bootSeconds)],
    ...(result.report?.stages ?? []).map(({ name, duration, outcome }): [string, string] => [
      `  ${name}`,
      outcome === "running"
        ? ""
        : `${formatSeconds(duration / 1000)}${outcome === "done" ? "" : `, ${outcome}`}`,
    ]),
    ["image", formatBytes(imageBytes)],
    ["reached", result.explanation],
  ];
  const colour = result.reached === "real-init" ? style.green : style.red;
  const lines = formatTable(rows);
  return [...lines.slice(0, -1), colour(lines.at(-1) ?? "")];
}

function optionalSeconds(value: number | undefined): string {
  return value === undefined ? "–" : formatSeconds(value);
}
