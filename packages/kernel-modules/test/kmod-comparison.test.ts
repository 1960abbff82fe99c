import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { describe, expect, it } from "@jest/globals";

import {
  matchAlias,
  moduleInfo,
  planLoad,
  readModuleIndex,
  type LoadStep,
  type ModuleFile,
  type ModuleIndex,
  type ModuleInfo,
} from "@earlyboot/kernel-modules";

import { kernelTree, nowhere, type KernelTree } from "./debian-kernels.ts";
import { hostFiles } from "./host-files.ts";

const flavours = ["cloud-amd64", "amd64"] as const;
const hasKmod = run("modprobe", ["-V"]).status === 0;

const kernels = flavours.map((flavour) => {
  const tree = hasKmod ? kernelTree(flavour) : undefined;
  const lacking = hasKmod ? `${flavour}, which npm test unpacks` : "modprobe";
  return tree === undefined
    ? { flavour, tree: nowhere, missing: ` (skipped: needs ${lacking})` }
    : { flavour, tree, missing: "" };
});

for (const { flavour, tree, missing } of kernels) {
  const describeKernel = missing === "" ? describe : describe.skip;
  describeKernel(`for every module of Debian's ${flavour} kernel${missing}`, () => {
    it("plans the files of modprobe --show-depends, in its order", () => {
      const index = readIndex(tree, firstSoftDependency);
      const separator = plainModule(tree);
      const names = [...index.modules.keys()].filter((name) => name !== separator.name);

      const planned = names.map((name) =>
        planLoad(index, [name]).steps.map((step) => showStep(tree, step)),
      );

      const asked = names.flatMap((name) => [name, separator.name]);
      const lines = modprobe(tree, ["-a", "--show-depends", ...asked]);
      const shown = splitAt(lines, `insmod ${tree.modules}/${separator.path}`);
      expect(names.length).toBeGreaterThan(500);
      expect(show(names, planned)).toEqual(show(names, shown.map(withoutRepeats)));
    });

    it("adds only the soft dependencies that kmod forgets, those of further softdep lines", () => {
      const index = readIndex(tree);
      const forgetful = readIndex(tree, firstSoftDependency);

      const more = [...index.modules.keys()].filter((name) => {
        const all = planLoad(index, [name]).steps.map((step) => step.name);
        const first = planLoad(forgetful, [name]).steps.map((step) => step.name);
        expect(all).toEqual(expect.arrayContaining(first));
        return all.length > first.length;
      });

      expect(more).toContain("btrfs");
      expect(more.length).toBeLessThan(20);
    });

    it("puts every module after all that it needs", () => {
      const index = readIndex(tree);

      for (const name of index.modules.keys()) {
        const done = new Set<string>();
        for (const step of planLoad(index, [name]).steps) {
          for (const earlier of [...step.needs, ...step.follows]) expect(done).toContain(earlier);
          done.add(step.name);
        }
      }
    });

    it("finds the modules of modprobe -R for every alias, in its order", () => {
      const index = readIndex(tree);
      const aliases = [...new Set(allAliases(tree).map(concrete))];

      const found = aliases.map((alias) => matchAlias(index, alias));

      expect(aliases.length).toBeGreaterThan(1500);
      expect(show(aliases, found)).toEqual(show(aliases, resolveAll(tree, aliases)));
    });

    it("finds the module of modprobe -R for every name and every part of the kernel", () => {
      const index = readIndex(tree);
      const { name: separator } = plainModule(tree);
      const names = [...index.modules.keys(), ...index.builtin].filter(
        (name) => name !== separator,
      );

      const found = names.map((name) => matchAlias(index, name));

      expect(show(names, found)).toEqual(show(names, resolveAll(tree, names)));
    });

    it("reads the information of modinfo", () => {
      const index = readIndex(tree);
      const files = Array.from(index.modules.values(), ({ path }) => `${tree.modules}/${path}`);

      const read = files.map((file) => showInfo(file));

      expect(read).toEqual(modinfo(files));
    });
  });
}

function run(
  program: string,
  words: readonly string[],
): { status: number | null; lines: string[] } {
  const { status, stdout } = spawnSync(program, words, {
    encoding: "utf8",
    env: { PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` },
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return { status, lines: (stdout ?? "").split("\n") };
}

function modprobe({ root, release }: KernelTree, words: readonly string[]): readonly string[] {
  const { lines } = run("modprobe", ["-C", "/dev/null", "-d", root, "-S", release, ...words]);
  return lines.slice(0, -1).map((line) => line.trimEnd());
}

function readIndex(
  { modules }: KernelTree,
  softDependencies = (text: string) => text,
): ModuleIndex {
  const readText = (path: string) => {
    const text = hostFiles.readText(path);
    return path.endsWith("/modules.softdep") ? softDependencies(text) : text;
  };
  return readModuleIndex({ ...hostFiles, readText }, modules, { configuration: [] });
}

/** What is left where only the first line of each module counts, as in kmod up to 34 at least. */
function firstSoftDependency(text: string): string {
  const seen = new Set<string>();
  return text
    .split("\n")
    .filter((line) => {
      const [, module = ""] = line.split(" ");
      return seen.size < seen.add(module).size;
    })
    .join("\n");
}

function showStep({ modules }: KernelTree, { name, module }: LoadStep): string {
  return module === undefined ? `builtin ${name}` : `insmod ${modules}/${module.path}`;
}

/** What is loaded by several ways, or has several patterns that fit, is shown by modprobe several times. */
function withoutRepeats(lines: readonly string[]): readonly string[] {
  return [...new Set(lines)];
}

/** The patterns of all aliases, of modules, of their symbols and of parts of the kernel. */
function allAliases({ modules }: KernelTree): readonly string[] {
  const lines = ["modules.alias", "modules.symbols"].flatMap((name) =>
    readFileSync(`${modules}/${name}`, "utf8").split("\n"),
  );
  const patterns = lines.flatMap((line) => (line.startsWith("alias ") ? [line.split(" ")[1]] : []));
  const builtin = readFileSync(`${modules}/modules.builtin.modinfo`, "utf8").split("\0");
  const own = builtin.flatMap((entry) => /^[^.]+\.alias=(.*)$/.exec(entry)?.[1] ?? []);
  return [...patterns, ...own].filter((pattern) => pattern !== undefined);
}

/** An alias that a device could have whose driver has this pattern. */
function concrete(pattern: string): string {
  return pattern
    .replaceAll("*", "00")
    .replaceAll("?", "0")
    .replace(/\[(.)[^\]]*\]/g, "$1");
}

/** A module without alias, symbol or dependency: only its own name gives it, and it gives only itself. */
function plainModule(tree: KernelTree): ModuleFile {
  const tables = ["modules.alias", "modules.symbols"].map((name) =>
    readFileSync(`${tree.modules}/${name}`, "utf8"),
  );
  const named = new Set(tables.join("").match(/\S+$/gm));
  const plain = [...readIndex(tree).modules.values()].find(
    ({ name, needed }) => !named.has(name) && needed === "",
  );
  if (plain === undefined) throw new Error("no module is plain");
  return plain;
}

/** Asks in few runs, with a plain module between the questions to tell the answers apart. */
function resolveAll(tree: KernelTree, aliases: readonly string[]): readonly (readonly string[])[] {
  const { name: separator } = plainModule(tree);
  const chunks = Array.from({ length: Math.ceil(aliases.length / 4000) }, (_, n) =>
    aliases.slice(n * 4000, (n + 1) * 4000).flatMap((alias) => [alias, separator]),
  );
  const lines = chunks.flatMap((chunk) => modprobe(tree, ["-a", "-R", ...chunk]));
  return splitAt(lines, separator).map(withoutRepeats);
}

/** The lines before each separator. */
function splitAt(lines: readonly string[], separator: string): readonly (readonly string[])[] {
  const groups: string[][] = [[]];
  for (const line of lines) {
    if (line === separator) groups.push([]);
    else groups.at(-1)?.push(line);
  }
  return groups.slice(0, -1);
}

function show(questions: readonly string[], answers: readonly (readonly string[])[]): string {
  return questions.map((question, n) => `${question}: ${answers[n]?.join(" ")}`).join("\n");
}

interface ShownInfo {
  readonly file: string;
  readonly signed: boolean;
  readonly fields: readonly string[];
}

function showInfo(file: string): ShownInfo {
  const { entries, signed } = moduleInfo(readFileSync(file));
  const fields = entries.filter(([key]) => key !== "parm" && key !== "parmtype");
  return {
    file,
    signed,
    fields: [...fields.map(([key, value]) => `${key}=${value}`), ...showParameters(entries)],
  };
}

/** As modinfo shows them: the description, then the type. */
function showParameters(entries: ModuleInfo["entries"]): readonly string[] {
  const of = (wanted: string) =>
    entries.flatMap(([key, value]) => (key === wanted ? [splitAtColon(value)] : []));
  const types = new Map(of("parmtype"));
  const described = new Map(of("parm"));
  const names = new Set([...described.keys(), ...types.keys()]);
  return [...names]
    .map((name) => {
      const type = types.get(name);
      const description = described.get(name);
      if (description === undefined) return `parm: ${name}:${type ?? ""}`;
      return `parm: ${name}:${description}${type === undefined ? "" : ` (${type})`}`;
    })
    .toSorted();
}

function splitAtColon(text: string): [string, string] {
  const colon = text.indexOf(":");
  return [text.slice(0, colon), text.slice(colon + 1)];
}

function modinfo(files: readonly string[]): readonly ShownInfo[] {
  const chunks = Array.from({ length: Math.ceil(files.length / 1000) }, (_, n) =>
    run("modinfo", ["-0", ...files.slice(n * 1000, (n + 1) * 1000)]).lines.join("\n"),
  );
  const modules = chunks
    .join("")
    .split(/filename: +/)
    .slice(1);
  return modules.map((text) => {
    const [file = "", ...rest] = text.split("\0").slice(0, -1);
    const fields = rest.filter((field) => !signatureField.test(field));
    const parameters = fields.filter((field) => field.startsWith("parm: "));
    return {
      file,
      signed: fields.length < rest.length,
      fields: [
        ...fields.filter((field) => !field.startsWith("parm: ")),
        ...parameters.map((field) => field.replace(/ +/, " ")).toSorted(),
      ],
    };
  });
}

/** These tell who signed, which is the kernel's business alone. */
const signatureField = /^(?:sig_id|signer|sig_key|sig_hashalgo|signature)=/;
