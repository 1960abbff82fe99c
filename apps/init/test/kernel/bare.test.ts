import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  type ConformanceScenario,
  type Observation,
  conformanceScenarios,
  observeSimulated,
  randomScenario,
} from "@earlyboot/linux-syscalls/testing";
import { makeBareProgram, whyNoBare } from "./make-bare-program.ts";

const unshare = ["--mount", "--pid", "--fork", "--net", "--mount-proc"];
const directory = mkdtempSync(join(tmpdir(), "earlyboot-bare-"));
const known = readFileSync("/proc/filesystems", "utf8").split(/\s+/);

/** A few random ones: that many more are compared on Node. */
const scenarios = [
  ...conformanceScenarios,
  ...Array.from({ length: 10 }, (_, i) => randomScenario(i + 1)),
];
const whole = whyNot();
const playable =
  whole === undefined ? scenarios.filter((each) => obstacle(each) === undefined) : [];
const seen = new Map<string, readonly Observation[]>();

/** Why nothing can be played here. */
function whyNot(): string | undefined {
  if (spawnSync("unshare", [...unshare, "true"]).status !== 0)
    return "needs root, to make namespaces";
  return whyNoBare();
}

/** Why a scenario cannot be played here. */
function obstacle({ since = "0", needs = [] }: ConformanceScenario): string | undefined {
  if (versionOf(release()) < versionOf(since)) return `needs Linux ${since}`;
  const missing = needs.find((type) => !known.includes(type));
  return missing === undefined ? undefined : `this kernel has no ${missing}`;
}

function versionOf(text: string): number {
  const [major = 0, minor = 0] = text.split(".").map((part) => Number.parseInt(part, 10));
  return major * 1000 + minor;
}

function play(player: string, titles: readonly string[]): void {
  const addon = join(directory, "ffi-rs.node");
  const words = [...unshare, "env", "-i", "UV_THREADPOOL_SIZE=16", player, addon, ...titles];
  const options = { encoding: "utf8", timeout: 120_000, maxBuffer: 2 ** 28 } as const;
  for (const line of execFileSync("unshare", words, options).trim().split("\n")) {
    const [title, observations]: [string, readonly Observation[]] = JSON.parse(line);
    seen.set(title, observations);
  }
}

beforeAll(async () => {
  if (playable.length === 0) return;
  const player = await makeBareProgram("play-on-bare.ts", directory);
  play(
    player,
    playable.filter(({ alone }) => alone !== true).map(({ title }) => title),
  );
  for (const { title, alone } of playable) if (alone === true) play(player, [title]);
}, 300_000);

afterAll(() => rmSync(directory, { recursive: true }));

async function compare(scenario: ConformanceScenario): Promise<void> {
  expect(seen.get(scenario.title)).toEqual(await observeSimulated(scenario));
}

describe("the kernel, reached from Bare, does as the simulation does", () => {
  for (const scenario of scenarios) {
    const reason = whole ?? obstacle(scenario);
    const test = reason === undefined ? it : it.skip;
    const skipped = reason === undefined ? "" : ` (skipped: ${reason})`;
    test(`${scenario.title}${skipped}`, async () => await compare(scenario));
  }
});

describe("Bare", () => {
  const reason = whyNoBare();
  const test = reason === undefined ? it : it.skip;
  const skipped = reason === undefined ? "" : ` (skipped: ${reason})`;
  const names = Array.from({ length: 150 }, (_, i) => `entry-${i}`).toSorted();

  async function run(name: string, words: readonly string[]): Promise<string> {
    return execFileSync(await makeBareProgram(name, directory), words, { encoding: "utf8" });
  }

  async function listInTurns(): Promise<void> {
    const large = join(directory, "large");
    mkdirSync(large);
    for (const entry of names) writeFileSync(join(large, entry), "");
    expect(await run("list-on-bare.ts", [large])).toBe(names.join(" "));
  }

  async function importMended(): Promise<void> {
    const mended = ["boot.mjs", "boot.cjs", "boot.js"].flatMap((name) => {
      const file = join(directory, name);
      return [file, 'throw new Error("broken");', file, 'console.log("mended");'];
    });
    const module = [join(directory, "a #1.js"), "await 1; console.log(import.meta.url);"];
    const program = await run("mend-on-bare.ts", [
      join(directory, "ffi-rs.node"),
      ...mended,
      ...module,
    ]);
    expect(program.split("\n")).toEqual([
      "Error: broken",
      "mended",
      "Error: broken",
      "mended",
      "Error: broken",
      "mended",
      `file://${directory}/a%20%231.js`,
      "",
    ]);
  }

  async function runTheBuiltBundle(): Promise<void> {
    const dist = join(import.meta.dirname, "../../dist");
    expect(await run("cached-on-bare.ts", [dist])).toBe("function, cached: true");
  }

  async function runOthers(): Promise<void> {
    const other = join(directory, "other");
    mkdirSync(other);
    copyFileSync(
      join(import.meta.dirname, "../../dist/init.bare.cache"),
      join(other, "init.bare.cache"),
    );
    const script = join(other, "init.bare.cjs");
    expect(await run("cached-on-bare.ts", [other])).toContain("the boot program is not there");
    writeFileSync(script, "(function (bare, module) { module.exports = { start() {} }; })");
    expect(await run("cached-on-bare.ts", [other])).toBe("function, cached: false");
    writeFileSync(script, '(function () { throw new Error("broken"); })');
    expect(await run("cached-on-bare.ts", [other])).toBe("Error: broken");
    writeFileSync(script, "(function () {");
    expect(await run("cached-on-bare.ts", [other])).toContain("SyntaxError");
  }

  test(`takes the code cache of the boot program${skipped}`, runTheBuiltBundle, 300_000);
  test(`runs a boot program that the code cache is not of${skipped}`, runOthers, 300_000);
  test(`lists a large directory while garbage is collected${skipped}`, listInTurns, 300_000);
  test(`imports boot programs, and again once they were mended${skipped}`, importMended, 300_000);
});
