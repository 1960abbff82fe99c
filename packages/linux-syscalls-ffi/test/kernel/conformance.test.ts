import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { release } from "node:os";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "@jest/globals";
import {
  type ConformanceScenario,
  type Observation,
  conformanceScenarios,
  observeSimulated,
} from "@earlyboot/linux-syscalls/testing";

const unshare = ["--mount", "--pid", "--fork", "--net", "--mount-proc"];
const directory = fileURLToPath(new URL("../..", import.meta.url));

/** Plays the scenarios that its arguments name, in namespaces of its own, and prints what it saw. */
const player = `
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { conformanceScenarios, observe } from "@earlyboot/linux-syscalls/testing";
const linux = openLinux();
linux.mount({ source: "conformance", target: "/mnt", type: "tmpfs" });
for (const title of process.argv.slice(1)) {
  const scenario = conformanceScenarios.find((each) => each.title === title);
  linux.mkdir("/mnt/base");
  console.log(JSON.stringify([title, await observe(linux, "/mnt/base", scenario)]));
  if (scenario.alone) break;
  linux.chdir("/");
  linux.umount2("/mnt/base", 2);
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

const playable = conformanceScenarios.filter((scenario) => obstacle(scenario) === undefined);
const seen = new Map<string, readonly Observation[]>();

function playAll(titles: readonly string[]): void {
  const node = [process.execPath, "--input-type=module", "--eval", player, "--", ...titles];
  const options = { cwd: directory, encoding: "utf8", timeout: 120_000 } as const;
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

for (const scenario of conformanceScenarios) {
  const reason = obstacle(scenario);
  const title = `${scenario.title}: the simulation does as the kernel does`;
  const test = reason === undefined ? it : it.skip;

  test(reason === undefined ? title : `${title} (skipped: ${reason})`, async () => {
    expect(await observeSimulated(scenario)).toEqual(seen.get(scenario.title));
  });
}
