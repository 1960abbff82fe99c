import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { parseCommandLine } from "@earlyboot/cmdline";
import * as fc from "fast-check";

const directory = mkdtempSync(join(tmpdir(), "cmdline-"));
afterAll(() => rmSync(directory, { recursive: true }));

const program = join(directory, "kernel-words");
const source = join(import.meta.dirname, "fixtures", "kernel-words.c");
const compiler = process.env["CC"] ?? "cc";
const options = ["-O1", "-Wall", "-Werror", "-o", program, source];
const hasCompiler = spawnSync(compiler, options).status === 0;

const letter = fc.constantFrom(
  ...Array.from('ab"""== \t-_.\v\f\ré漢😀'),
  '="',
  '" ',
  " -- ",
  "--",
  ' "',
  "\u0001",
);
const line = fc.array(letter, { maxLength: 24 }).map((letters) => letters.join(""));

function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}

/** What the program prints of a line. */
function written(text: string): string {
  const { parameters, initArguments } = parseCommandLine(text);
  const words = parameters.map(({ name, value }) =>
    value === undefined ? `P ${hex(name)}` : `V ${hex(name)} ${hex(value)}`,
  );
  return [...words, ...initArguments.map((word) => `I ${hex(word)}`), "."].join("\n");
}

(hasCompiler ? describe : describe.skip)("parseCommandLine (needs a C compiler)", () => {
  it("reads twenty thousand lines as the kernel's algorithm in C does", () => {
    const lines = fc.sample(line, 20_000);
    const answer = spawnSync(program, {
      input: lines.map((text) => `${text}\n`).join(""),
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });

    expect(answer.status).toBe(0);
    expect(lines.map(written).join("\n").split("\n")).toEqual(answer.stdout.trimEnd().split("\n"));
  });
});
