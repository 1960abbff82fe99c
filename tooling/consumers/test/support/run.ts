import { spawn } from "node:child_process";
import { tmpdir } from "node:os";

/** How a program ended, and all that it printed. */
export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** What {@link run} is told besides the command. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program in an environment of its own: nothing of this workspace leaks into it. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const [program = "", ...parameters] = command;
  const env = { PATH: searchPath, HOME: tmpdir(), ...options.env };
  const child = spawn(program, parameters, {
    cwd: options.cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const keep = (chunk: string): void => void (text += chunk);
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, output: text }));
  });
}

/** Runs a program that has to end well, and gives what it printed. */
export async function output(command: readonly string[], options?: RunOptions): Promise<string> {
  const ended = await run(command, options);
  if (ended.status === 0) return ended.output;
  throw new Error(`${command.join(" ")} ended with ${ended.status}\n${ended.output}`);
}

const searchPath = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;
