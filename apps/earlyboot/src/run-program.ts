import { spawn } from "node:child_process";
import { CommandError } from "./command-error.ts";

/** Runs a program to its end and gives what it printed. @throws CommandError with the program's words. */
export async function runProgram(program: string, words: readonly string[]): Promise<string> {
  const path = `${process.env["PATH"]}:/usr/local/sbin:/usr/sbin:/sbin`;
  const child = spawn(program, words, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PATH: path },
  });
  let output = "";
  let complaint = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (complaint += chunk));
  return new Promise((resolve, reject) => {
    child.once("error", (error) =>
      reject(new CommandError(`Cannot run ${program}: ${error.message}. Is it installed?`)),
    );
    child.once("close", (status, signal) =>
      status === 0
        ? resolve(output)
        : reject(
            new CommandError(
              `${program} ended with ${signal ?? `status ${status}`}: ${complaint.trim()}`,
            ),
          ),
    );
  });
}
