import { describe, expect, it } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Host, hosts } from "./hosts.ts";

const program = new URL("fuzz.ts", import.meta.url).pathname;

/** A user namespace also for root: what the calls may reach by chance is nobody's then. */
const namespaces = [
  "--user",
  "--map-root-user",
  "--mount",
  "--net",
  "--pid",
  "--ipc",
  "--uts",
  "--fork",
  "--kill-child",
];

const hasNamespaces = spawnSync("unshare", [...namespaces, "true"]).status === 0;

const calls = 120_000;

/** Runs the program that calls everything; gives how it ended and what it reports. */
function fuzz(host: Host, seed: number): { status: number | null; report: string; error: string } {
  const directory = mkdtempSync(join(tmpdir(), "fuzz-"));
  const report = join(directory, "report.json");
  const { NODE_OPTIONS: _, ...rest } = process.env;
  const args = [
    ...namespaces,
    host.node ?? "",
    program,
    host.backend,
    `${calls}`,
    `${seed}`,
    report,
  ];
  try {
    const { status, stderr } = spawnSync("unshare", args, {
      encoding: "utf8",
      env: { ...rest, NODE_NO_WARNINGS: "1" },
      killSignal: "SIGKILL",
      stdio: ["ignore", "ignore", "pipe"],
      timeout: 500_000,
    });
    return { status, report: readFileSync(report, "utf8"), error: stderr };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The same calls at each run, for what fails is to be the change; `pnpm run fuzz` tries others. */
function seedOf(word = "20261121"): number {
  return word === "new" ? Math.floor(Math.random() * 2 ** 32) : Number(word);
}

describe.each([...hosts()])("$title", (host: Host) => {
  const suite = host.node !== undefined && hasNamespaces ? describe : describe.skip;
  const seed = seedOf(process.env["FUZZ_SEED"]);

  suite("in user namespaces", () => {
    it(`survives ${calls} calls with any values (seed ${seed})`, () => {
      const { status, report, error } = fuzz(host, seed);

      expect(status === 0 ? "alive" : error).toBe("alive");
      const { counts, surprises } = JSON.parse(report);
      expect(surprises).toEqual([]);
      expect(Object.keys(counts).length).toBeGreaterThan(60);
      const total = Object.values<number>(counts).reduce((sum, count) => sum + count, 0);
      expect(total).toBe(calls);
    });
  });
});
