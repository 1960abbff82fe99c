import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { release } from "node:os";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "@jest/globals";
import {
  type ConformanceScenario,
  type Observation,
  conformanceScenarios,
  observeSimulated,
  randomScenario,
} from "@earlyboot/linux-syscalls/testing";

const unshare = ["--mount", "--pid", "--fork", "--net", "--mount-proc"];
const directory = fileURLToPath(new URL("../..", import.meta.url));

/** Plays the scenarios that its arguments name, in namespaces of its own, and prints what it saw. */
const player = `
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { conformanceScenarios, observe, randomScenario } from "@earlyboot/linux-syscalls/testing";
const linux = openLinux();
linux.mount({ source: "conformance", target: "/mnt", type: "tmpfs" });
const isMounted = () => linux.readText("/proc/self/mountinfo").includes(" /mnt/base ");
for (const title of process.argv.slice(1)) {
  const seed = Number(/^random things, seed (\\d+)$/.exec(title)?.[1]);
  const scenario = conformanceScenarios.find((each) => each.title === title) ?? randomScenario(seed);
  linux.mkdir("/mnt/base");
  console.log(JSON.stringify([title, await observe(linux, "/mnt/base", scenario)]));
  if (scenario.alone) break;
  linux.chdir("/");
  while (isMounted()) linux.umount2("/mnt/base", 2);
  linux.rmdir("/mnt/base");
}
`;

const hasNamespaces = spawnSync("unshare", [...unshare, "true"]).status === 0;
const known = readFileSync("/proc/filesystems", "utf8").split(/\s+/);

/** Why a scenario cannot be played here; nothing when it can. */
function obstacle({ since = "0", needs = [] }: ConformanceScenario): string | undefined {
  if (!hasNamespaces) return "needs root, to make namespaces";
  if (versionOf(release()) < versionOf(since)) return `needs Linux ${since}`;
  const missing = needs.find((type) => !known.includes(type));
  return missing === undefined ? undefined : `this kernel has no ${missing}`;
}

function versionOf(text: string): number {
  const [major = 0, minor = 0] = text.split(".").map((part) => Number.parseInt(part, 10));
  return major * 1000 + minor;
}

/** Sixty things done at random, a hundred times over. */
const randomScenarios = Array.from({ length: 100 }, (_, i) => randomScenario(i + 1));
const scenarios = [...conformanceScenarios, ...randomScenarios];
const playable = scenarios.filter((scenario) => obstacle(scenario) === undefined);
const seen = new Map<string, readonly Observation[]>();

function playAll(titles: readonly string[]): void {
  const node = [process.execPath, "--input-type=module", "--eval", player, "--", ...titles];
  const options = {
    cwd: directory,
    encoding: "utf8",
    timeout: 300_000,
    maxBuffer: 2 ** 28,
  } as const;
  for (const line of execFileSync("unshare", [...unshare, ...node], options)
    .trim()
    .split("\n")) {
    const [title, observations]: [string, readonly Observation[]] = JSON.parse(line);
    seen.set(title, observations);
  }
}

beforeAll(() => {
  if (playable.length === 0) return;
  playAll(playable.filter(({ alone }) => alone !== true).map(({ title }) => title));
  for (const { title, alone } of playable) if (alone === true) playAll([title]);
}, 300_000);

async function compare(scenario: ConformanceScenario): Promise<void> {
  expect(await observeSimulated(scenario)).toEqual(seen.get(scenario.title));
}

describe("the simulation does as the kernel does", () => {
  for (const scenario of scenarios) {
    const reason = obstacle(scenario);
    const test = reason === undefined ? it : it.skip;
    const skipped = reason === undefined ? "" : ` (skipped: ${reason})`;
    test(`${scenario.title}${skipped}`, async () => await compare(scenario));
  }
});
