import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "@jest/globals";

const directory = fileURLToPath(new URL("..", import.meta.url));
const again = mkdtempSync(join(tmpdir(), "earlyboot-test-"));
afterAll(() => rmSync(again, { recursive: true }));

function filesBelow(top: string): ReadonlyMap<string, Buffer> {
  const entries = readdirSync(top, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(top.length + 1));
  return new Map(names.toSorted().map((name) => [name, readFileSync(join(top, name))]));
}

it("is built to the same bytes again, the code cache too", () => {
  const { status } = spawnSync(process.execPath, ["build.js", again], {
    cwd: directory,
    env: { TZ: "Asia/Kathmandu" },
    stdio: "inherit",
  });

  expect(status).toBe(0);
  const [first, second] = [filesBelow(join(directory, "dist")), filesBelow(again)];
  expect([...second.keys()]).toEqual([...first.keys()]);
  for (const [name, bytes] of first)
    expect({ name, same: second.get(name)?.equals(bytes) }).toEqual({ name, same: true });
}, 300_000);

it("says whose software it holds", () => {
  const { devDependencies } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const tools = /^(?:@earlyboot|@jest|@types)\/|^(?:esbuild|jest|typescript)$/;
  const said = readFileSync(join(directory, "THIRD-PARTY-LICENSES.md"), "utf8");

  const held = Object.keys(devDependencies).filter((name) => !tools.test(name));
  expect(held).not.toEqual([]);
  for (const name of held) expect(said).toContain(`\`${name}\``);
});

it("holds a native addon that was compiled from its source as it is now", () => {
  const source = readFileSync(join(directory, "native/code-cache.c"));
  const addon = readFileSync(join(directory, "native/code-cache-x64.bare"), "latin1");

  expect(addon).toContain(createHash("sha256").update(source).digest("hex"));
});
