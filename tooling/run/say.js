import { spawn } from "node:child_process";
import { environment, root } from "./places.js";

/** One line about progress. */
export function say(text) {
  console.log(`earlyboot: ${text}`);
}

/** Ends the run with one paragraph. */
export function die(text) {
  console.error(`earlyboot: ${text}`);
  process.exit(1);
}

/** Runs a program quietly; gives its output. Rejects with everything that it printed. */
export function output(program, parameters, { cwd = root } = {}) {
  const child = spawn(program, parameters, {
    cwd,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { stdout: "", all: "" };
  child.stdout.on("data", (chunk) => {
    printed.stdout += chunk;
    printed.all += chunk;
  });
  child.stderr.on("data", (chunk) => (printed.all += chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => {
      if (status === 0) return resolve(printed.stdout);
      const how = signal ? `was ended by ${signal}` : `ended with status ${status}`;
      reject(new Error(`${program} ${parameters.join(" ")} ${how}:\n${printed.all.trimEnd()}`));
    });
  });
}

/** Does one step of the set-up that takes a while, with a line before and a line after it. */
export async function step(text, work) {
  say(`${text} …`);
  const start = performance.now();
  const result = await work();
  say(`${text}: done in ${Math.round((performance.now() - start) / 1000)} s.`);
  return result;
}
