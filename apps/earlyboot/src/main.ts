#!/usr/bin/env node
import { openTerminal } from "./terminal/terminal.ts";

// Older ones do not load a configuration in TypeScript, and fail on imports before anything is said.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  const { runCommandLine } = await import("./run-command-line.ts");
  process.exitCode = await runCommandLine(process.argv.slice(2), openTerminal());
} else {
  openTerminal().complain(
    `earlyboot: Node 22.18 or later is needed, and this is ${process.versions.node}. In a clone, put node_modules/.bin first on PATH.`,
  );
  process.exitCode = 1;
}
