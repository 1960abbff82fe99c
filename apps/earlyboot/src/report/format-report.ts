import type { BootReport } from "@earlyboot/initrd-init";
import { printable } from "@earlyboot/linux-syscalls";
import { formatBytes, formatSeconds, formatTable } from "../terminal/format.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { loadingTime } from "./loading-time.ts";

/** A boot report as text for people. */
export function formatReport(report: BootReport, { style }: Pick<Terminal, "style">): string[] {
  const section = (title: string, rows: readonly (readonly [string, string])[]) =>
    rows.length === 0 ? [] : ["", style.bold(title), ...formatTable(rows).map((row) => `  ${row}`)];
  return [
    `${style.bold(outcomes[report.outcome])} on Linux ${printable(report.kernel)}`,
    ...(report.failure === undefined ? [] : [style.red(printable(report.failure))]),
    ...section(
      "Stages",
      report.stages.map((stage) => [
        stage.name,
        words(milliseconds(stage.duration), stage.outcome, stage.note),
      ]),
    ),
    ...section(
      "Modules",
      report.modules.map((module) => [
        module.name,
        words(milliseconds(module.duration), module.outcome, module.note),
      ]),
    ),
    ...formatLoadingTime(report.modules),
    ...section(
      "Modules that a device asked for and the image lacks",
      report.missingModules.map((one) => [printable(one.name), printable(one.device)]),
    ),
    ...section(
      "Block devices",
      report.devices.map((device) => [
        device.path,
        words(formatBytes(Number(device.size)), device.type, device.label, device.uuid),
      ]),
    ),
    ...section(
      "Checked",
      report.checks.map((check) => [
        check.device,
        words(check.type, check.outcome, milliseconds(check.duration)),
      ]),
    ),
    ...section(
      "Mounted",
      report.mounts.map((mount) => [mount.target, words(mount.source, mount.type, mount.options)]),
    ),
    ...section(
      "Warnings",
      report.warnings.map((warning) => ["", printable(warning)]),
    ),
  ];
}

const outcomes: Readonly<Record<BootReport["outcome"], string>> = {
  booting: "A boot that went on",
  "handed-over": "A boot that handed over to the real init",
  failed: "A boot that failed",
};

/** What the loading of all modules took beside the kernel's share of it. */
function formatLoadingTime(modules: BootReport["modules"]): string[] {
  const time = loadingTime(modules);
  if (time === undefined || time.kernel === 0) return [];
  const [all, kernel, calls] = [time.all, time.kernel, time.calls].map((value) => value.toFixed(1));
  const times = (time.all / time.kernel).toFixed(2);
  return [
    `  all in ${all} ms, ${times} times the ${kernel} ms in which the kernel had one to load`,
    `  call by call ${calls} ms; what else ran on the same processor meanwhile is in these times`,
  ];
}

function words(...parts: readonly (string | undefined)[]): string {
  return parts
    .filter((part) => part !== undefined && part !== "")
    .map((part) => printable(part ?? ""))
    .join("  ");
}

function milliseconds(value: number): string {
  return formatSeconds(value / 1000);
}
