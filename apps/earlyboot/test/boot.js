// `pnpm boot`: all boot tests, side by side; `pnpm boot WORDS`: those whose titles contain the words, one
// after the other with their consoles shown; `pnpm boot --list`: the boot matrix, row by row.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { matrixRows } from "./support/matrix-rows.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const words = process.argv.slice(2);

if (words[0] === "--list") {
  await list();
} else if (words.length > 0) {
  const title = words.join(" ").replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  await jest(["--runInBand", "--testNamePattern", title], { EARLYBOOT_SHOW_CONSOLE: "1" });
} else {
  // Left alone, Jest would leave one processor idle.
  await jest([`--maxWorkers=${availableParallelism()}`]);
}

/** Prints the rows of the matrix, each with its tests, then all other boot tests. */
async function list() {
  // A pattern that no title matches: every file is read, and nothing is booted.
  const directory = mkdtempSync(join(tmpdir(), "earlyboot-list-"));
  const file = join(directory, "tests.json");
  await jest(["--json", "--outputFile", file, "--testNamePattern", "$^"], {}, "ignore");
  const { testResults } = JSON.parse(readFileSync(file, "utf8"));
  rmSync(directory, { recursive: true });
  const titles = testResults
    .flatMap(({ assertionResults }) => assertionResults.map(({ title }) => title))
    .toSorted();
  const listed = new Set();
  for (const [row, pattern] of Object.entries(matrixRows)) {
    const tests = titles.filter((title) => pattern.test(title));
    console.log([row, ...tests.map((title) => `  ${title}`)].join("\n"));
    for (const title of tests) listed.add(title);
    if (tests.length > 0) continue;
    console.log("  (NO TEST)");
    process.exitCode = 1;
  }
  const others = titles.filter((title) => !listed.has(title));
  console.log(["besides", ...others.map((title) => `  ${title}`)].join("\n"));
}

/** Runs Jest on the boot tests. */
async function jest(options, environment = {}, stdio = "inherit") {
  const program = `${root}node_modules/jest/bin/jest.js`;
  const flags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, program, "/test/boot/", ...options], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio,
  });
  process.exitCode = await new Promise((resolve) => {
    child.once("exit", (status) => resolve(status ?? 1));
  });
}
