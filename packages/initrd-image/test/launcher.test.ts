import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Architecture, makeLauncher, readElf } from "@earlyboot/initrd-image";
import { describe, expect, it } from "@jest/globals";
import { launcherCode } from "../dist/launcher-code.js";
import { itWith, run, temporaryDirectories } from "./support/tools.ts";

const temporaryDirectory = temporaryDirectories();

const machines: readonly (readonly [Architecture, readonly string[], string])[] = [
  ["x64", process.arch === "x64" ? [] : ["qemu-x86_64-static"], ""],
  ["arm64", process.arch === "arm64" ? [] : ["qemu-aarch64-static"], "aarch64-linux-gnu-"],
];

describe.each(machines)("a launcher for %s", (architecture, emulator, prefix) => {
  const start = (words: readonly string[], programArguments: readonly string[]) => {
    const file = join(temporaryDirectory(), "init");
    const environment = { HOME: "/", PATH: "/bin:/usr/bin" };
    writeFileSync(file, makeLauncher({ architecture, words, environment }), { mode: 0o755 });
    const [program, ...before] = [...emulator, file];
    const env = { ...process.env, NODE_OPTIONS: "--from-the-command-line" };
    return spawnSync(program, [...before, ...programArguments], { encoding: "utf8", env });
  };

  itWith([`${prefix}as`, `${prefix}objcopy`], "has the code that its source assembles to", () => {
    const directory = temporaryDirectory();
    const source = new URL(`../launcher/${architecture}.s`, import.meta.url).pathname;

    run(`${prefix}as`, [source, "-o", join(directory, "code.o")]);
    run(`${prefix}objcopy`, ["-O", "binary", "-j", ".text", "code.o", "code"], { cwd: directory });

    expect(launcherCode[architecture]).toBe(readFileSync(join(directory, "code")).toString("hex"));
  });

  itWith(emulator, "becomes the program, with its words, then its own arguments", () => {
    const { stdout, status } = start(
      ["/bin/sh", "-c", 'echo "$0|$*"; exit 3', "zero", "one"],
      ["two", "with a space"],
    );

    expect(stdout).toBe("zero|one two with a space\n");
    expect(status).toBe(3);
  });

  itWith(emulator, "passes on the fixed environment and nothing of its own", () => {
    const { stdout } = start(["/usr/bin/env"], []);

    expect(stdout).toBe("HOME=/\nPATH=/bin:/usr/bin\n");
  });

  itWith(emulator, "says which program it cannot execute, and why, and fails", () => {
    const { stderr, status } = start(["/bin/nothing-here", "word"], []);

    expect(stderr).toMatch(
      /^earlyboot: \/init cannot execute \/bin\/nothing-here \(.*\): error 2\n$/,
    );
    expect(status).toBe(127);
  });

  itWith(emulator, "tells an error of more than one digit apart", () => {
    const { stderr } = start([`/${"long/".repeat(1000)}`], []);

    expect(stderr).toMatch(/: error 36\n$/);
  });

  it("is an ELF program that asks for no loader", () => {
    const file = join(temporaryDirectory(), "init");
    writeFileSync(file, makeLauncher({ architecture, words: ["/bin/node"], environment: {} }));

    expect(readElf(file)).toMatchObject({ machine: architecture === "x64" ? 62 : 183, needed: [] });
    expect(readElf(file)).not.toHaveProperty("interpreter");
  });
});

it.each([
  ["an empty word", ["/bin/node", ""]],
  ["a word with a NUL", ["/bin/node", "a\0b"]],
  ["more words than it has room for", Array<string>(1001).fill("x")],
])("makeLauncher refuses %s", (_, words) => {
  expect(() => makeLauncher({ architecture: "x64", words, environment: {} })).toThrow(
    expect.objectContaining({ code: "bad-option" }),
  );
});
