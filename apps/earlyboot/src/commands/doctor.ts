import { errorCode } from "@earlyboot/linux-syscalls";
import { errorText } from "../command-error.ts";
import type { Finding } from "../doctor/finding.ts";
import { configFor } from "../build/run-build.ts";
import { requestFor } from "../build/request-for.ts";
import type { CommandDefinition } from "../run-command-line.ts";
import { checkForBooting, checkForBuilding } from "../doctor/check-machine.ts";
import { formatFindings } from "../doctor/format-findings.ts";

/** `earlyboot doctor` */
export const doctorCommand: CommandDefinition = (program, terminal, finish) => {
  program
    .command("doctor")
    .description("Say what this machine lacks for building images, or for booting them.")
    .option("-k, --kernel <version>", "the kernel's version; default: the running one's")
    .option(
      "-c, --config <file>",
      "the configuration; default: earlyboot.config.ts, .js or .json here",
    )
    .option("--json", "print the findings as JSON")
    .addHelpText(
      "after",
      `
Ends with 1 when an image would not be built or would not boot.

Examples:
  earlyboot doctor
  earlyboot doctor --json`,
    )
    .action(async (options) => {
      const config = await configFor(options);
      const booting = findingsOf(() =>
        checkForBooting(requestFor(config), config.compression ?? "zstd"),
      );
      const findings = [...booting, ...checkForBuilding(config.output ?? "earlyboot.img")];
      const lines = options.json
        ? [JSON.stringify(findings, undefined, 2)]
        : formatFindings(findings, terminal);
      for (const line of lines) terminal.line(line);
      finish(findings.some(({ level }) => level === "problem") ? 1 : 0);
    });
};

/** What keeps an image from being planned at all is a finding too. */
function findingsOf(check: () => readonly Finding[]): readonly Finding[] {
  try {
    return check();
  } catch (error) {
    if (errorCode(error) !== "COMMAND_FAILED") throw error;
    return [{ level: "problem", subject: "modules", text: errorText(error) }];
  }
}
