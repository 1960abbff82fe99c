import { readFile } from "node:fs/promises";
import type { BootReport } from "@earlyboot/initrd-init";
import { CommandError, errorText } from "../command-error.ts";
import { formatReport } from "../report/format-report.ts";
import type { CommandDefinition } from "../run-command-line.ts";

/** `earlyboot report [FILE]` */
export const reportCommand: CommandDefinition = (program, terminal, finish) => {
  program
    .command("report")
    .argument("[file]", "the report", "/run/earlyboot/report.json")
    .description("Show what happened in a boot.")
    .option("--json", "print the report as it is")
    .addHelpText("after", "\nExamples:\n  earlyboot report\n  earlyboot report report.json --json")
    .action(async (file: string, options: { json?: boolean }) => {
      const report = await readReport(file);
      if (options.json) terminal.line(JSON.stringify(report, undefined, 2));
      else for (const line of formatReport(report, terminal)) terminal.line(line);
      finish(0);
    });
};

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
