import { readFile } from "node:fs/promises";
import { Option } from "commander";
import type { BootReport } from "@earlyboot/initrd-init";
import { CommandError, errorText } from "../command-error.ts";
import { formatReport } from "../report/format-report.ts";
import { reportPage } from "../report/report-page.ts";
import { reportSvg } from "../report/report-svg.ts";
import type { CommandDefinition } from "../run-command-line.ts";

/** `earlyboot report [FILE]` */
export const reportCommand: CommandDefinition = (program, terminal) => {
  program
    .command("report")
    .argument("[file]", "the report", "/run/earlyboot/report.json")
    .description("Show what happened in a boot.")
    .addOption(new Option("--json", "print the report as it is").conflicts(["html", "svg"]))
    .addOption(
      new Option("--html", "print one page with everything, for a browser").conflicts("svg"),
    )
    .option("--svg", "print the timeline as a picture")
    .addHelpText(
      "after",
      `
Examples:
  earlyboot report
  earlyboot report --html > boot.html
  earlyboot report report.json --svg > boot.svg`,
    )
    .action(async (file: string, options: ReportOptions) => {
      const report = await readReport(file);
      if (options.json) terminal.line(JSON.stringify(report, undefined, 2));
      else if (options.html) terminal.write(reportPage(report));
      else if (options.svg) terminal.write(reportSvg(report));
      else for (const line of formatReport(report, terminal)) terminal.line(line);
    });
};

interface ReportOptions {
  readonly json?: boolean;
  readonly html?: boolean;
  readonly svg?: boolean;
}

async function readReport(file: string): Promise<BootReport> {
  try {
    const report: BootReport = JSON.parse(await readFile(file, "utf8"));
    if (report.version === 1 && Array.isArray(report.stages)) return report;
  } catch (error) {
    throw new CommandError(
      `The boot report ${file} cannot be read: ${errorText(error)}. A system that was booted by earlyboot has one in /run/earlyboot/report.json.`,
      { cause: error },
    );
  }
  throw new CommandError(`${file} is not a boot report of version 1.`);
}
