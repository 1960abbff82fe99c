import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";

const directory = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = ""]) => code);

it("has examples", () => {
  expect(examples).toHaveLength(2);
});

it.each(examples)("shows an example that runs: %#", (example) => {
  const node = ["--input-type=module", "--eval", example];

  expect(execFileSync(process.execPath, node, { cwd: directory, encoding: "utf8" })).toBe("");
});
