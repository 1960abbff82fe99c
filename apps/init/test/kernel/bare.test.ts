import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { release, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  type ConformanceScenario,
  type Observation,
  conformanceScenarios,
  observeSimulated,
  randomScenario,
} from "@earlyboot/linux-syscalls/testing";
import { bundleForBare } from "../../bundle-for-bare.js";

const require = createRequire(import.meta.url);
const unshare = ["--mount", "--pid", "--fork", "--net", "--mount-proc"];
const directory = mkdtempSync(join(tmpdir(), "earlyboot-bare-"));
const player = join(directory, "player");
const addon = join(directory, "ffi-rs.node");
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
  if (packageFile("bare-runtime-linux-x64/package", "bin/bare") === undefined) {
    return "needs bare-runtime-linux-x64";
  }
  if (spawnSync("unshare", [...unshare, "true"]).status !== 0)
    return "needs root, to make namespaces";
  return spawnSync("readelf", ["--version"]).status === 0 ? undefined : "needs readelf";
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

function packageFile(manifest: string, path: string): string | undefined {
  try {
    return join(dirname(require.resolve(manifest)), path);
  } catch {
    return undefined;
  }
}

/** The addon that linux-syscalls-ffi depends on. */
function ffiRs(): string {
  const adapter = createRequire(require.resolve("@earlyboot/linux-syscalls-ffi"));
  return adapter.resolve("@yuuang/ffi-rs-linux-x64-gnu");
}

/** Puts a script in place of Bare's first one, as an image does. */
function makePlayer(script: string): void {
  const bare = packageFile("bare-runtime-linux-x64/package", "bin/bare") ?? "";
  const executable = readFileSync(bare);
  const room = dataAt(bare, "bare_js");
  executable.fill(0, room.offset, room.offset + room.size);
  executable.write(script, room.offset);
  executable.writeBigUInt64LE(
    BigInt(Buffer.byteLength(script)),
    dataAt(bare, "bare_js_len").offset,
  );
  writeFileSync(player, executable, { mode: 0o755 });
}

/** Where readelf(1) says that an object of the section `.data` is in the file. */
function dataAt(file: string, name: string): { readonly offset: number; readonly size: number } {
  const run = (option: string) =>
    execFileSync("readelf", ["-W", option, file], { encoding: "utf8", maxBuffer: 2 ** 28 });
  const [, address = "", offset = ""] = / \.data +PROGBITS +(\w+) (\w+)/.exec(run("-S")) ?? [];
  const symbol = new RegExp(`: (\\w+) +(\\w+) OBJECT .* ${name}$`, "m").exec(run("--dyn-syms"));
  const [, value = "", size = ""] = symbol ?? [];
  const distance = Number.parseInt(offset, 16) - Number.parseInt(address, 16);
  return { offset: Number.parseInt(value, 16) + distance, size: Number(size) };
}

function play(titles: readonly string[]): void {
  const words = [...unshare, "env", "-i", "UV_THREADPOOL_SIZE=16", player, addon, ...titles];
  const options = { encoding: "utf8", timeout: 120_000, maxBuffer: 2 ** 28 } as const;
  for (const line of execFileSync("unshare", words, options).trim().split("\n")) {
    const [title, observations]: [string, readonly Observation[]] = JSON.parse(line);
    seen.set(title, observations);
  }
}

beforeAll(async () => {
  if (playable.length === 0) return;
  const bundle = join(directory, "player.js");
  await bundleForBare("test/kernel/programs/play-on-bare.ts", bundle, "iife");
  copyFileSync(ffiRs(), addon);
  const bareFs = join(directory, "bare-fs.bare");
  copyFileSync(join(import.meta.dirname, "../../dist/bare-fs-x64.bare"), bareFs);
  makePlayer(readFileSync(bundle, "utf8").replaceAll("/lib/earlyboot", directory));
  play(playable.filter(({ alone }) => alone !== true).map(({ title }) => title));
  for (const { title, alone } of playable) if (alone === true) play([title]);
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
