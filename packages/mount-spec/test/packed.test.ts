import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

const packages = join(import.meta.dirname, "../..");
const tools = join(packages, "../node_modules/.bin");
const project = mkdtempSync(join(tmpdir(), "project-"));
const hasNpm = spawnSync("npm", ["--version"]).status === 0;

/** Runs a program and gives what it prints. */
function run(program: string, words: readonly string[], directory: string = project): string {
  const env = { ...process.env, PATH: `${tools}:${process.env["PATH"]}`, NODE_OPTIONS: "" };
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd: directory,
    encoding: "utf8",
    env,
  });
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${stdout}${stderr}`);
  return stdout.trim();
}

function write(name: string, content: string): void {
  writeFileSync(join(project, name), content);
}

(hasNpm ? describe : describe.skip)("the packed package, installed alone (needs npm)", () => {
  beforeAll(() => {
    for (const name of ["linux-syscalls", "mount-spec"]) {
      run("pnpm", ["pack", "--pack-destination", project], join(packages, name));
    }
    write("package.json", '{ "name": "project", "version": "1.0.0", "private": true }');
    const tarballs = readdirSync(project).filter((name) => name.endsWith(".tgz"));
    run("npm", [
      "install",
      "--offline",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      ...tarballs,
    ]);
  }, 60_000);

  afterAll(() => rmSync(project, { recursive: true }));

  it("brings nothing but linux-syscalls", () => {
    const scope = join(project, "node_modules/@earlyboot");

    expect(readdirSync(join(project, "node_modules")).filter((name) => /^[^.]/.test(name))).toEqual(
      ["@earlyboot"],
    );
    expect(readdirSync(scope)).toEqual(["linux-syscalls", "mount-spec"]);
  });

  it("is imported by an ES module", () => {
    const code =
      'import { mountFlags } from "@earlyboot/mount-spec"; console.log(mountFlags(["no-dev"]))';

    expect(run("node", ["--input-type=module", "-e", code])).toBe("4");
  });

  it("is required by a CommonJS module, and so is its schema", () => {
    const code =
      'console.log(require("@earlyboot/mount-spec").mountFlags(["no-dev"]), ' +
      'require("@earlyboot/mount-spec/schema.json").title)';

    expect(run("node", ["-e", code])).toBe("4 Declared file system");
  });

  it("has types for both, which refuse a wrong declaration", () => {
    const code = `
      const right = fileSystem({ device: { label: "x" }, mountPoint: "/x", type: "ext4" });
      // @ts-expect-error an unknown flag
      const wrong = fileSystem({ ...right, flags: ["read-onyl"] });
      export const answer: string = right.mountPoint + wrong.mountPoint;`;
    write("module.mts", `import { fileSystem } from "@earlyboot/mount-spec";${code}`);
    write("module.cts", `import { fileSystem } from "@earlyboot/mount-spec";${code}`);
    const tsc = join(import.meta.dirname, "../node_modules/.bin/tsc");
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024"];

    expect(run(tsc, [...options, "module.mts", "module.cts"])).toBe("");
  });
});
