import type { ReplScope } from "@earlyboot/initrd-init";
import inspect from "bare-inspect";
import type { ConsoleInput } from "./console-input.ts";

const prompt = "earlyboot> ";

/**
 * Evaluates lines until it is left. The kernel's terminal edits the line: there is no history, and no
 * completion.
 */
export async function runRepl(
  scope: ReplScope,
  input: ConsoleInput,
  write: (text: string) => void,
): Promise<void> {
  Object.assign(globalThis, scope.names);
  const show = (text: string | undefined) => {
    if (text !== undefined) write(text.endsWith("\n") ? text : `${text}\n`);
  };
  let rest = "";
  write(prompt);
  for (;;) {
    const bytes = await input.read();
    // The end of the input, or of the console.
    if (bytes === undefined) return;
    const lines = (rest + Buffer.from(bytes).toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const text = line.trim();
      if (text === ".resume" || text === ".exit") return;
      if (text === ".help") show(scope.help);
      else if (text.startsWith(".")) show(await runCommand(scope, text));
      else if (text !== "") show(await evaluate(text));
      write(prompt);
    }
  }
}

async function runCommand({ commands }: ReplScope, line: string): Promise<string | undefined> {
  const [, name = "", argument = ""] = /^\.(\S*)\s*(.*)$/.exec(line) ?? [];
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) return "Invalid REPL keyword";
  try {
    return (await command.run(argument)).text;
  } catch (error) {
    return String(error);
  }
}

async function evaluate(line: string): Promise<string> {
  try {
    const value: unknown = /\bawait\b/.test(line) ? await runAsync(line) : run(line);
    return value === undefined ? "undefined" : inspect(value);
  } catch (error) {
    return `Uncaught ${error instanceof Error ? (error.stack ?? String(error)) : inspect(error)}`;
  }
}

/** In the global scope, where `let` and functions stay; braces at the beginning are an object. */
// oxlint-disable-next-line eslint/no-eval -- what a REPL is
const evaluateGlobally = eval;

function run(line: string): unknown {
  if (!line.startsWith("{")) return evaluateGlobally(line);
  try {
    return evaluateGlobally(`(${line})`);
  } catch (error) {
    if (error instanceof SyntaxError) return evaluateGlobally(line);
    throw error;
  }
}

function runAsync(line: string): unknown {
  return evaluateGlobally(`(async () => (${line}\n))()`);
}
