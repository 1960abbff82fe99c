import { join } from "node:path";
import { root } from "./documents.ts";

type RunCommandLine = (words: readonly string[], terminal: object) => Promise<number>;

const path = join(root, "apps/earlyboot/dist/run-command-line.js");
const { runCommandLine }: { readonly runCommandLine: RunCommandLine } = await import(path);
const kept = new Map<string, string | undefined>();

/** What `earlyboot COMMAND --help` prints; undefined when there is no such command. */
export async function commandHelp(command: string): Promise<string | undefined> {
  if (!kept.has(command)) kept.set(command, await askHelp(command));
  return kept.get(command);
}

async function askHelp(command: string): Promise<string | undefined> {
  let text = "";
  const terminal = {
    columns: 100,
    write: (written: string) => void (text += written),
    complain: () => undefined,
  };
  await runCommandLine([command, "--help"], terminal);
  return text.startsWith(`Usage: earlyboot ${command} `) ? text : undefined;
}
