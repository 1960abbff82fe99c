import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "@jest/globals";
import {
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  oneof,
  pre,
  tuple,
  type Arbitrary,
} from "fast-check";

import {
  createModuleLoader,
  readModuleIndex,
  type LoaderLinux,
  type ModuleIndex,
} from "@earlyboot/kernel-modules";

import { kernelTree, nowhere } from "./debian-kernels.ts";
import { hostFiles } from "./host-files.ts";

const tree = kernelTree("cloud-amd64") ?? nowhere;
const directory = mkdtempSync(join(tmpdir(), "earlyboot-modprobe-"));
afterAll(() => rmSync(directory, { recursive: true }));

const lacking = whatIsLacking();
const describeKmod = lacking === undefined ? describe : describe.skip;
const skipped = lacking === undefined ? "" : ` (skipped: needs ${lacking})`;

/** `MODPROBE_RUNS=3000` tries that many others, and says with which seed. */
const runs = process.env["MODPROBE_RUNS"];
const trials = runs === undefined ? { seed: 1, numRuns: 40 } : { numRuns: Number(runs) };

function whatIsLacking(): string | undefined {
  if (modprobe(["-V"]).length === 0) return "modprobe";
  return tree === nowhere ? "cloud-amd64, which npm test unpacks" : undefined;
}

function modprobe(words: readonly string[]): readonly string[] {
  const env = { PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };
  const { stdout } = spawnSync("modprobe", words, { encoding: "utf8", env });
  return (stdout ?? "").split("\n").slice(0, -1);
}

/** With dependencies, with soft ones of their own, with neither; written in either way. */
const moduleNames = [
  ["btrfs", "xor", "libcrc32c", "crc32c-intel", "virtio_blk", "virtio-pci"],
  ["virtio_ring", "nbd", "loop", "ceph", "xfs"],
].flat();

const moduleName = constantFrom(...moduleNames);
const asked = oneof(moduleName, constantFrom("my-disk", "my_card", "x:0[1]", "pci:v1"));
const patterns = ["my-*", "my_disk", "my?card", "x:*", "x:0\\[1]", "pci:v[0-9]", "loop", "*"];
const pattern = constantFrom(...patterns, "m[!a]*-disk");
const parameter = tuple(
  constantFrom("size", "a-b", "a_b", "mode"),
  constantFrom("1", "2", '"a b"', "x,y", "'q'", "#", "a\\\\b"),
).map(([key, value]) => `${key}=${value}`);

const directive = oneof(
  tuple(constant("alias"), pattern, moduleName),
  tuple(constant("options"), asked, some(oneof(parameter, constant("flag")))),
  tuple(constant("blacklist"), asked),
  tuple(
    constant("softdep"),
    asked,
    some(tuple(constantFrom("pre:", "post:"), some(asked)).map((words) => words.join(" "))),
  ),
  tuple(constantFrom("#", "# options btrfs x=1 \\\n", "")),
);
const configuration = array(
  tuple(
    directive,
    constantFrom(" ", "\t", "  ", " \\\n ", "\\\n "),
    constantFrom("", " ", "\t"),
    constantFrom("", " ", "\t\\\n"),
  ).map(([words, between, before, behind]) => {
    // kmod 30 loses the first list behind two blanks.
    const blank = words[0] === "softdep" ? between.slice(-1) : between;
    return `${before}${words.join(blank)}${behind}\n`;
  }),
  { maxLength: 8 },
).map((lines) => lines.join(""));

function some(word: Arbitrary<string>): Arbitrary<string> {
  return array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(" "));
}

describeKmod(`for any configuration${skipped}`, () => {
  it("loads the files of modprobe --show-depends, with its parameters", async () => {
    const property = asyncProperty(configuration, configuration, asked, async (a, b, name) => {
      const configured = softlyDepending(a + b);
      pre(new Set(configured).size === configured.length);
      writeFileSync(join(directory, "a.conf"), a);
      writeFileSync(join(directory, "b.conf"), b);
      const options = { configuration: [directory] };
      const index = readModuleIndex(filesAsKmodReads(configured), tree.modules, options);

      const place = ["-C", directory, "-d", tree.root, "-S", tree.release];
      const shown = modprobe([...place, "--show-depends", name]);

      expect((await insertions(index, name)).toSorted()).toEqual(
        firstOfEach(shown.map(lastParameters)).toSorted(),
      );
    });
    await assert(property, trials);
  }, 600_000);
});

/** The modules of the softdep lines of a text. */
function softlyDepending(text: string): readonly string[] {
  const lines = text.replaceAll("\\\n", "").matchAll(/^\s*softdep\s+(\S+)/gm);
  return Array.from(lines, ([, name = ""]) => name.replaceAll("-", "_"));
}

/** Less the softdep lines that kmod does not look at: only the first of a module counts. */
function filesAsKmodReads(configured: readonly string[]): typeof hostFiles {
  return {
    ...hostFiles,
    readText: (path) => {
      const text = hostFiles.readText(path);
      if (!path.endsWith("/modules.softdep")) return text;
      const seen = new Set(configured);
      const isFirst = (line: string) => seen.size < seen.add(softlyDepending(line)[0] ?? line).size;
      return text.split("\n").filter(isFirst).join("\n");
    },
  };
}

/** What the kernel is given, as modprobe shows it. */
async function insertions(index: ModuleIndex, name: string): Promise<readonly string[]> {
  const given: string[] = [];
  const files: string[] = [];
  const linux: LoaderLinux = {
    ...hostFiles,
    now: () => 0,
    sleep: async () => {},
    open: (path) => files.push(path) - 1,
    close: () => {},
    read: () => 0,
    initModule: async () => {},
    finitModule: async (descriptor, parameters) => {
      given.push(`insmod ${files[descriptor]} ${parameters}`.trimEnd());
    },
  };
  await createModuleLoader(linux, index).load(name);
  return given;
}

/** The kernel takes the last parameter of a name. */
function lastParameters(line: string): string {
  const [insmod = "", path = "", ...words] = line.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
  const last = new Map<string, string>();
  for (const word of words) {
    const [name = ""] = word.replaceAll("-", "_").split("=");
    last.delete(name);
    last.set(name, word);
  }
  return [insmod, path, ...last.values()].join(" ");
}

/** modprobe shows a module again where it is also asked for by an alias; the kernel then has it already. */
function firstOfEach(lines: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return lines.filter((line) => {
    const [, file = ""] = line.split(" ");
    return seen.size < seen.add(file).size;
  });
}
