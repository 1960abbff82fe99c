import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { bundleHooks } from "../src/build/bundle-hooks.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "earlyboot-test-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(directory, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Loads bundled hooks from where nothing else is. */
async function load(text: string) {
  const file = join(mkdtempSync(join(directory, "image-")), "hooks.mjs");
  writeFileSync(file, text);
  return import(pathToFileURL(file).href);
}

it("makes one module of TypeScript, JSON, packages in both forms, and those of earlyboot", async () => {
  write("words.json", '{ "greeting": "hello" }');
  write("node_modules/old/index.js", 'exports.old = require("node:path").basename("/a/old");');
  write("node_modules/young/package.json", '{ "type": "module", "exports": "./index.js" }');
  write("node_modules/young/index.js", 'export const young = "young";');
  const file = write(
    "hooks.ts",
    `import { readFileSync } from "node:fs";
     import { findLongOption } from "@earlyboot/cmdline";
     import { old } from "old";
     import { young } from "young";
     import words from "./words.json";
     enum Kind { First = "first" }
     const value = findLongOption("a", ["a=b"]);
     export const before = { mount: (): unknown => [words.greeting, old, young, value, Kind.First, typeof readFileSync] };`,
  );

  const hooks = await load(await bundleHooks(file));

  expect(hooks.before.mount()).toEqual(["hello", "old", "young", "b", "first", "function"]);
  expect(hooks.after).toBeUndefined();
});

it("takes a CommonJS module as it is", async () => {
  const file = write("hooks.cjs", 'module.exports = { after: { mount: () => "mounted" } };');

  const hooks = await load(await bundleHooks(file));

  expect(hooks.after.mount()).toBe("mounted");
});

it("gives the same text wherever the module lies", async () => {
  const [one, other] = ["a/hooks.js", "b/c/hooks.js"].map((name) =>
    write(name, "export const before = {};"),
  );

  expect(await bundleHooks(one ?? "")).toBe(await bundleHooks(other ?? ""));
});

it.each([
  ['import { a } from "no-such-package";', 'hooks.js:1: Could not resolve "no-such-package"'],
  [
    'import addon from "./a.node"; export const before = addon;',
    "a native addon cannot be bundled",
  ],
  ["export const before = {;", 'hooks.js:1: Expected identifier but found ";"'],
  ["export default {};", 'exports neither "before" nor "after"'],
])("refuses %s and says why", async (text, words) => {
  write("a.node", "");
  const file = write("hooks.js", text);

  await expect(bundleHooks(file)).rejects.toMatchObject({
    code: "COMMAND_FAILED",
    message: expect.stringContaining(words),
  });
});

it("says which module is not there", async () => {
  await expect(bundleHooks(join(directory, "none.ts"))).rejects.toThrow("none.ts");
});
