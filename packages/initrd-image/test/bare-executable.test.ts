import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { planImage, readElf } from "@earlyboot/initrd-image";
import { describe, expect, it } from "@jest/globals";
import { bareExecutable } from "../dist/bare-executable.js";
import { addon, bare, itOnBare } from "./support/bare.ts";
import { collect, itWith, run, temporaryDirectories } from "./support/tools.ts";

const temporaryDirectory = temporaryDirectories();
function text(name: string, content: string): string {
  const directory = temporaryDirectory();
  mkdirSync(directory, { recursive: true });
  const file = join(directory, name);
  writeFileSync(file, content);
  return file;
}

/**
 * Tells all by its status: what it is handed, whether a native addon finds what it needs in Bare, and that English is
 * its only language.
 */
const tellingScript = `
bare.onexit = bare.onbeforeexit = () => {};
bare.load = (name, bundle) => {
  const holder = {};
  bare.loadDynamicAddon(holder, bare.argv[1]);
  const { load } = bare.initAddon(holder, {});
  const bytes = new Uint8Array(bundle);
  const end = bytes.indexOf(0);
  const later = String.fromCharCode(...bytes.subarray(0, end));
  const theirs = String.fromCharCode(...bytes.subarray(end + 1, end + 2));
  const english = new Intl.NumberFormat("de").format(1234.5) === "1,234.5";
  const isRight = typeof load === "function" && later === "later" && theirs === "{" && english;
  bare.exitCode = isRight ? 42 : 1;
};
`;

describe("bareExecutable", () => {
  itOnBare("makes Bare run a script in place of its own, and hands its own over", async () => {
    const script = text("script.js", tellingScript);
    const later = text("later.js", "later");
    const file = join(dirname(script), "bare");

    const made = bareExecutable({ file: bare ?? "", script, later, intl: "small" });
    const bytes = await collect(made.stream());
    writeFileSync(file, bytes, { mode: 0o755 });

    expect(bytes).toHaveLength(made.size);
    expect(spawnSync(file, [addon ?? ""], { encoding: "utf8" })).toMatchObject({
      status: 42,
      stderr: "",
    });
    expect(readElf(file)?.needed).toEqual(readElf(bare ?? "")?.needed);
  });

  itOnBare("keeps all languages where that is wanted", async () => {
    const script = text("script.js", tellingScript);
    const file = join(dirname(script), "bare");
    const later = text("later.js", "later");

    const made = bareExecutable({ file: bare ?? "", script, later, intl: "full" });
    writeFileSync(file, await collect(made.stream()), { mode: 0o755 });

    expect(spawnSync(file, [addon ?? ""], { encoding: "utf8" })).toMatchObject({
      status: 1,
      stderr: "",
    });
  });

  itOnBare("leaves out the names of C++, and nothing that an addon asks for", async () => {
    const script = text("script.js", "");
    const file = join(dirname(script), "bare");

    const bytes = await collect(
      bareExecutable({ file: bare ?? "", script, later: undefined, intl: "small" }).stream(),
    );
    writeFileSync(file, bytes, { mode: 0o755 });

    const before = readFileSync(bare ?? "").toString("latin1");
    const after = Buffer.from(bytes).toString("latin1");
    for (const name of [
      "napi_create_function",
      "js_create_env",
      "uv_fs_open",
      "_Znwm",
      "_ZN2v82V818SetFlagsFromStringEPKc",
    ]) {
      expect(after).toContain(`\0${name}\0`);
    }
    expect(before).toMatch(/\0_ZN2v8\w+\0/);
    expect(after).not.toMatch(/\0_ZN2v88internal\w+\0/);
  });

  itOnBare("refuses a script that is larger than the room for it", () => {
    const script = text("script.js", " ".repeat(600_000));

    expect(() =>
      bareExecutable({ file: bare ?? "", script, later: undefined, intl: "small" }),
    ).toThrow(/has 600000 bytes, and the room in Bare's executable is \d+$/);
  });

  itWith(["gcc"], "refuses a program that is not Bare", () => {
    const script = text("script.js", "");
    const file = join(dirname(script), "program");
    run("gcc", ["-x", "c", "-", "-o", file], { input: Buffer.from("int main(void){return 0;}") });

    expect(() => bareExecutable({ file, script, later: undefined, intl: "small" })).toThrow(
      `${file} does not hold what Bare runs first: is it Bare?`,
    );
  });
});

describe("planImage with the host bare", () => {
  itOnBare("has Bare for its program, and nothing of Node", () => {
    const bundle = text("init.bare.cjs", "");
    const { entries } = planImage({
      architecture: "x64",
      bundle,
      configuration: {},
      runtime: { host: "bare" },
    });

    expect(entries.find(({ path }) => path === "/bin/bare")).toMatchObject({
      source: { kind: "bare", file: bare, script: bundle },
    });
    expect(entries.find(({ path }) => path === "/init")).toMatchObject({
      source: { words: ["/bin/bare"] },
    });
    expect(entries.map(({ path }) => path)).not.toContain("/bin/node");
  });

  it("refuses an executable of Bare that it was not tried with", () => {
    const file = text("bare", "something else");
    const sum = createHash("sha256").update("something else").digest("hex");

    expect(() =>
      planImage({
        architecture: "x64",
        bundle: file,
        configuration: {},
        runtime: { host: "bare", bare: file },
      }),
    ).toThrow(`has the SHA-256 ${sum}, not `);
  });

  it("tells that there is no Bare for arm64", () => {
    expect(() =>
      planImage({
        architecture: "arm64",
        bundle: "/init.js",
        configuration: {},
        runtime: { host: "bare" },
      }),
    ).toThrow("no Bare for arm64 was tried with this release: take the host node");
  });
});
