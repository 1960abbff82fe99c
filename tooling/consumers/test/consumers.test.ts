import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { afterAll, describe, expect, it } from "@jest/globals";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { type Example, readExamples } from "./support/examples.ts";
import { stageOf } from "./support/stages.ts";
import { nodes } from "./support/other-nodes.ts";
import { packInstalled, packWorkspace } from "./support/pack.ts";
import {
  canOverlay,
  install,
  keepCache,
  linkNode,
  type Project,
  runExample,
  write,
} from "./support/project.ts";
import { openRegistry } from "./support/registry.ts";
import { output, run } from "./support/run.ts";
import {
  findInstalled,
  foreignPackages,
  type PackageDirectory,
  packageAt,
  publishedPackages,
  root,
} from "./support/workspace.ts";

const here = join(import.meta.dirname, "..");
const budget: Readonly<Record<string, number>> = JSON.parse(
  readFileSync(join(here, "sizes.json"), "utf8"),
);
const published = publishedPackages();
const examples = readExamples();
const binaries = await nodes();

const scratch = mkdtempSync(join(tmpdir(), "earlyboot-consumers-"));
const packed = await packWorkspace(join(scratch, "packed"));
const names = packed.map(({ manifest }) => manifest.name);
const registry = await openRegistry([...packed, ...(await packInstalled(others(), scratch))]);
const npm: Project = { manager: "npm", directory: join(scratch, "npm") };
const pnpm: Project = { manager: "pnpm", directory: join(scratch, "pnpm") };
for (const project of [npm, pnpm]) {
  await install(project, [...names, "@types/node"], registry.url);
  write(project.directory, Object.fromEntries(examples.map(({ file, text }) => [file, text])));
  keepCache(project);
  linkNode(project, installed(`node-linux-${process.arch}`, "packages/initrd-image"));
}
const overlay = await canOverlay(npm.directory);
const mke2fs = (await run(["mke2fs", "-V"]).catch(() => undefined)) !== undefined;

afterAll(async () => {
  await registry.close();
  rmSync(scratch, { recursive: true });
});

describe.each([
  ...binaries.map(({ name, file }) => ({ project: npm, name, file })),
  { project: pnpm, name: "the same Node", file: process.execPath },
])("installed by $project.manager, on $name", ({ project, name, file }) => {
  for (const example of examples) {
    const lack = whatLacks(example, name, file);
    const itHere = lack === undefined ? it : it.skip;
    itHere(`${example.file} runs${lack === undefined ? "" : `: skipped, ${lack}`}`, async () => {
      if (example.subject === "block-devices") await makeDisk(project);

      const { status, output: text } = await runExample(project, example, file ?? "");

      expect(text).toMatch(stageOf(example)?.prints ?? /^an example that nobody expected$/);
      expect(status).toBe(stageOf(example)?.status ?? 0);
    });
  }

  const itHere = file === undefined ? it.skip : it;
  itHere("every package can be required", async () => {
    const required = entries().map((entry) => `require(${JSON.stringify(entry)});`);
    write(project.directory, { "required.cjs": required.join("\n") });

    const ended = await run([file ?? "", "required.cjs"], { cwd: project.directory });

    expect(ended).toEqual({ status: 0, output: "" });
  });
});

describe.each(["nodenext", "bundler"])("with the types, resolved as for %s", (resolution) => {
  it("every example compiles", async () => {
    const files = examples.map(({ file }) => file);

    expect(await typeErrors(npm, resolution, files)).toBe("");
  });
});

it("compiles an import of every entry into CommonJS", async () => {
  const lines = entries().map(
    (entry, index) => `import m${index} = require("${entry}"); void m${index};`,
  );
  write(npm.directory, { "imports.cts": lines.join("\n") });

  expect(await typeErrors(npm, "nodenext", ["imports.cts"])).toBe("");
});

it("the command runs", async () => {
  const help = await output(["node_modules/.bin/earlyboot", "--help"], { cwd: npm.directory });

  expect(help).toMatch(/^Usage: earlyboot/);
});

describe.each(packed)("$manifest.name", ({ manifest, directory, tarball }) => {
  it("satisfies publint", async () => {
    const options = { pkgDir: directory, pack: false, strict: true } as const;
    const { messages, pkg } = await publint(options);

    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it("has types that are what runs", async () => {
    const analysis = await checkPackage(
      createPackageFromTarballData(new Uint8Array(readFileSync(tarball))),
    );

    expect(analysis.types === false ? [] : analysis.problems.filter(concernsModules)).toEqual([]);
  });

  it("keeps to its size", () => {
    const kilobytes = statSync(tarball).size / 1000;
    const allowed = budget[manifest.name] ?? 0;
    process.stdout.write(`${manifest.name}: ${kilobytes.toFixed(1)} kB of ${allowed} kB\n`);

    expect(kilobytes).toBeLessThanOrEqual(allowed);
  });
});

it("every published package has a budget", () => {
  expect(Object.keys(budget).toSorted()).toEqual(names.toSorted());
});

/** What packages of others have to be in the registry. */
function others(): readonly PackageDirectory[] {
  const types = packageAt(installed("@types/node", "tooling/consumers"));
  return [types, ...foreignPackages([...published, types])].filter(
    ({ manifest }) => !manifest.name.startsWith("node-linux-"),
  );
}

function installed(name: string, workspace: string): string {
  const directory = findInstalled(name, join(root, workspace));
  if (directory === undefined) throw new Error(`${name} is not installed in ${workspace}`);
  return directory;
}

/** Why an example cannot run here. */
function whatLacks(example: Example, name: string, file: string | undefined): string | undefined {
  if (file === undefined) return `${name} cannot be fetched`;
  if (example.subject === "initrd-image" && !overlay)
    return "no overlay in a namespace of one's own";
  return example.subject === "block-devices" && !mke2fs ? "mke2fs is missing" : undefined;
}

/** Everything that can be imported from a published package. */
function entries(): readonly string[] {
  return packed.flatMap(({ manifest: { name, exports = {} } }) =>
    Object.entries(exports)
      .filter(([, file]) => file.endsWith(".js"))
      .map(([entry]) => name + entry.slice(1)),
  );
}

async function makeDisk({ directory }: Project): Promise<void> {
  await output(["mke2fs", "-q", "-F", "-t", "ext4", "-L", "root", "disk.img", "8M"], {
    cwd: directory,
  });
}

/** What a compiler says of `files`; JavaScript is held to what a reader can see: no annotations. */
async function typeErrors(
  { directory }: Project,
  resolution: string,
  files: readonly string[],
): Promise<string> {
  const usual = {
    module: resolution === "bundler" ? "esnext" : resolution,
    moduleResolution: resolution,
    target: "es2024",
    types: ["node"],
    noEmit: true,
  };
  const check = async (language: string, options: object): Promise<string> => {
    const chosen = files.filter((file) => file.endsWith(language));
    const project = { compilerOptions: { ...usual, ...options }, files: chosen };
    write(directory, { "tsconfig.json": JSON.stringify(project) });
    if (chosen.length === 0) return "";
    return (await run([join(here, "node_modules/.bin/tsc")], { cwd: directory })).output;
  };
  return (
    (await check("ts", { strict: true })) + (await check("js", { strict: false, checkJs: true }))
  );
}

/** Who requires these packages gets ES modules, with their types: that is not what is asked here. */
function concernsModules(problem: Problem): boolean {
  const resolution = "resolutionKind" in problem ? problem.resolutionKind : undefined;
  return resolution !== "node10" && resolution !== "node16-cjs";
}
