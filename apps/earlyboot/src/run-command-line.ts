import { Command, CommanderError } from "commander";
import { CommandError } from "./command-error.ts";
import { buildCommand } from "./commands/build.ts";
import { completionCommand } from "./commands/completion.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { initCommand } from "./commands/init.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { planCommand } from "./commands/plan.ts";
import { reportCommand } from "./commands/report.ts";
import { treeCommand } from "./commands/tree.ts";
import { tryCommand } from "./commands/try.ts";
import { packageVersion } from "./package-version.ts";
import type { Terminal } from "./terminal/terminal.ts";

/** What a command ends with, as an exit status: 0 done, 1 not so, 2 wrong usage. */
export type ExitStatus = number;

/** A command: adds itself to the program and reports its exit status through `finish`. */
export type CommandDefinition = (
  program: Command,
  terminal: Terminal,
  finish: (status: ExitStatus) => void,
) => void;

const definitions: readonly CommandDefinition[] = [
  initCommand,
  buildCommand,
  treeCommand,
  inspectCommand,
  planCommand,
  tryCommand,
  reportCommand,
  doctorCommand,
  completionCommand,
];

/** Runs the `earlyboot` command with `words`, and gives its exit status. */
export async function runCommandLine(
  words: readonly string[],
  terminal: Terminal,
): Promise<ExitStatus> {
  let status: ExitStatus = 0;
  const program = new Command("earlyboot")
    .description("Build, inspect, plan and try initial RAM disks that boot with earlyboot.")
    .version(packageVersion(), "-V, --version", "print the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.complain(text.trimEnd()),
      getOutHelpWidth: () => Math.min(terminal.columns, 100),
    })
    .configureHelp({ minWidthToWrap: 20 })
    .showHelpAfterError("(earlyboot COMMAND --help shows how it is used)");
  for (const define of definitions) define(program, terminal, (result) => (status = result));
  try {
    await program.parseAsync(words, { from: "user" });
    return status;
  } catch (error) {
    return explain(error, terminal);
  }
}

/** Errors that a person can act on are a paragraph; anything else is a defect and keeps its stack. */
function explain(error: unknown, terminal: Terminal): ExitStatus {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!isForPeople(error)) throw error;
  terminal.complain(terminal.style.red(`earlyboot: ${error.message}`));
  return 1;
}

/** Our packages' errors and the system's have a code; so recognised, they cross realms and copies. */
function isForPeople(error: unknown): error is { readonly message: string } {
  return (
    error instanceof CommandError ||
    (error instanceof Object && "code" in error && "message" in error)
  );
}
