import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ImagePlan, type PlannedEntry, planImage } from "@earlyboot/initrd-image";
import { describe, expect, it } from "@jest/globals";
import { moduleFile, smallOptions, smallPlan } from "./support/small-image.ts";
import { itWith, run, temporaryDirectories } from "./support/tools.ts";

const temporaryDirectory = temporaryDirectories();

const entryAt = ({ entries }: ImagePlan, path: string): PlannedEntry | undefined =>
  entries.find((entry) => entry.path === path);

/** A directory of modules as depmod leaves it: `disk` needs `bus`; `bus` asks for firmware. */
function makeModules(directory: string): string {
  const modules = join(directory, "modules");
  mkdirSync(join(modules, "kernel"), { recursive: true });
  writeFileSync(join(modules, "kernel/bus.ko"), moduleFile("firmware=bus/microcode.bin"));
  writeFileSync(join(modules, "kernel/disk.ko"), moduleFile());
  writeFileSync(join(modules, "modules.dep"), "kernel/bus.ko:\nkernel/disk.ko: kernel/bus.ko\n");
  writeFileSync(join(modules, "modules.alias"), "alias pci:v1* disk\nalias pci:v2* other\n");
  writeFileSync(join(modules, "modules.builtin"), "kernel/part.ko\n");
  return modules;
}

/** A program for arm64, `node`, and the directory that holds the loader and the library that it needs. */
function makeArm64(directory: string): string {
  const sysroot = join(directory, "sysroot");
  const inside = (path: string): string => join(sysroot, path);
  for (const below of ["lib", "usr/lib"]) mkdirSync(inside(below), { recursive: true });
  const object = join(directory, "object.o");
  const assembly = Buffer.from(".globl _start\n_start: ret\n");
  run("aarch64-linux-gnu-as", ["-o", object], { input: assembly });
  const link = (output: string, ...options: readonly string[]): void =>
    void run("aarch64-linux-gnu-ld", ["-o", output, object, ...options]);
  link(inside("lib/ld-linux-aarch64.so.1"), "-shared");
  link(inside("usr/lib/libc.so.6"), "-shared", "-soname=libc.so.6");
  const loader = "--dynamic-linker=/lib/ld-linux-aarch64.so.1";
  link(join(directory, "node"), "--no-as-needed", loader, inside("usr/lib/libc.so.6"));
  return sysroot;
}

describe("planImage", () => {
  it("plans a launcher, a stripped runtime, the boot program, its addon and the nodes that Node needs", () => {
    const plan = smallPlan(temporaryDirectory(), { architecture: "x64" });

    expect(entryAt(plan, "/init")).toMatchObject({
      mode: 0o755,
      source: {
        kind: "launcher",
        words: ["/bin/node", "--no-warnings", "--v8-pool-size=0", "/lib/earlyboot/init.cjs"],
        environment: {
          HOME: "/",
          PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
          TERM: "linux",
          UV_THREADPOOL_SIZE: "16",
        },
      },
    });
    expect(entryAt(plan, "/bin/node")).toMatchObject({ source: { kind: "stripped" } });
    expect(entryAt(plan, "/lib/earlyboot/init.cjs")).toMatchObject({ source: { kind: "file" } });
    expect(entryAt(plan, "/lib/earlyboot/ffi-rs.node")).toMatchObject({ mode: 0o644 });
    expect(entryAt(plan, "/dev/console")).toMatchObject({ device: { major: 5, minor: 1 } });
    expect(entryAt(plan, "/dev/null")).toMatchObject({ device: { major: 1, minor: 3 } });
    expect(entryAt(plan, "/etc/earlyboot.json")).toMatchObject({
      source: { kind: "text", text: '{\n  "version": 1\n}\n' },
    });
  });

  it("puts the real runtime into an image: Node and ffi-rs of the installed packages", () => {
    const { bundle } = smallOptions(temporaryDirectory());

    const plan = planImage({ bundle, configuration: {} });

    expect(entryAt(plan, "/bin/node")).toMatchObject({
      source: { file: expect.stringMatching(/node-linux-(x64|arm64)\/bin\/node$/) },
    });
    expect(entryAt(plan, "/usr/share/licenses/earlyboot/node")).toBeDefined();
  });

  itWith(
    ["aarch64-linux-gnu-as", "aarch64-linux-gnu-ld"],
    "plans an image for arm64 on any machine, with the libraries of a sysroot",
    () => {
      const directory = temporaryDirectory();
      const sysroot = makeArm64(directory);
      const node = join(directory, "node");
      const addonSha256 = createHash("sha256").update(readFileSync(node)).digest("hex");
      const { bundle } = smallOptions(directory);
      const options = { architecture: "arm64", bundle, configuration: {} } as const;
      const runtime = { node, addon: node, addonSha256 };

      const plan = planImage({ ...options, runtime, sysroot });

      expect(entryAt(plan, "/lib/ld-linux-aarch64.so.1")).toMatchObject({
        source: { file: join(sysroot, "lib/ld-linux-aarch64.so.1") },
      });
      expect(entryAt(plan, "/usr/lib/libc.so.6")).toBeDefined();
      expect(() => planImage({ ...options, runtime, sysroot: directory })).toThrow(
        expect.objectContaining({
          code: "library-missing",
          message: expect.stringContaining("/bin/node needs /lib/ld-linux-aarch64.so.1"),
        }),
      );
    },
  );

  it("sorts by path and puts every directory before what is in it", () => {
    const { entries } = smallPlan(temporaryDirectory());
    const paths = entries.map(({ path }) => path);

    expect(paths).toEqual(paths.toSorted());
    const above = paths.map((path) => path.slice(0, path.lastIndexOf("/"))).filter(Boolean);
    expect(paths).toEqual(expect.arrayContaining(above));
  });

  it("takes modules along with what they need, the tables cut down to them", () => {
    const directory = temporaryDirectory();
    const modules = { version: "6.1", directory: makeModules(directory), names: ["disk", "part"] };

    const plan = smallPlan(directory, { modules });

    expect(plan.kernelVersion).toBe("6.1");
    expect(entryAt(plan, "/lib/modules/6.1/kernel/bus.ko")).toMatchObject({ reason: "module bus" });
    expect(entryAt(plan, "/lib/modules/6.1/kernel/disk.ko")).toBeDefined();
    expect(entryAt(plan, "/lib/modules/6.1/modules.dep")).toMatchObject({
      source: { text: "kernel/bus.ko:\nkernel/disk.ko: kernel/bus.ko\n" },
    });
    expect(entryAt(plan, "/lib/modules/6.1/modules.alias")).toMatchObject({
      source: { text: "alias pci:v1* disk\n" },
    });
  });

  it("takes firmware from where the kernel looks first, and warns of what is not there", () => {
    const directory = temporaryDirectory();
    const firmware = ["updates", "plain"].map((name) => join(directory, name));
    const modules = {
      version: "6.1",
      directory: makeModules(directory),
      names: ["disk"],
      firmware,
    };
    const without = smallPlan(directory, { modules });
    for (const place of firmware) {
      mkdirSync(join(place, "bus"), { recursive: true });
      writeFileSync(join(place, "bus/microcode.bin.zst"), "");
    }

    const plan = smallPlan(directory, { modules });

    expect(without.warnings).toEqual([
      "bus may ask for the firmware bus/microcode.bin, which is not here",
    ]);
    expect(plan.warnings).toEqual([]);
    expect(entryAt(plan, "/lib/firmware/bus/microcode.bin.zst")).toMatchObject({
      source: { kind: "file", file: join(directory, "updates/bus/microcode.bin.zst") },
    });
  });

  it("refuses modules of another machine", () => {
    const directory = temporaryDirectory();
    const modules = { version: "6.1", directory: makeModules(directory), names: ["disk"] };
    const file = join(modules.directory, "kernel/bus.ko");
    const bytes = readFileSync(file);
    bytes.writeUInt16LE(183, 18);
    writeFileSync(file, bytes);

    expect(() => smallPlan(directory, { architecture: "x64", modules })).toThrow(
      "are for arm64, and the image is to be for x64",
    );
  });

  it("names a module that is not there", () => {
    const directory = temporaryDirectory();
    const modules = { version: "6.1", directory: makeModules(directory), names: ["dsik"] };

    expect(() => smallPlan(directory, { modules })).toThrow(
      expect.objectContaining({
        code: "module-missing",
        message: expect.stringContaining("dsik: no such module below"),
      }),
    );
  });

  it("takes programs along with their libraries, and with what runs a script", () => {
    const directory = temporaryDirectory();
    const script = join(directory, "script");
    writeFileSync(script, "#!/usr/bin/env sh\n");

    const plan = smallPlan(directory, { programs: [{ file: script, path: "/sbin/script" }] });

    expect(entryAt(plan, "/sbin/script")).toMatchObject({ mode: 0o755, reason: "asked for" });
    expect(entryAt(plan, "/usr/bin/env")).toMatchObject({ reason: "runs /sbin/script" });
    expect(plan.entries).toContainEqual(
      expect.objectContaining({
        path: expect.stringMatching(/\/bin\/sh$/),
        reason: "runs /sbin/script",
      }),
    );
  });

  it.each([
    ["#!/bin/sh -e", ["/bin/sh"]],
    ["#! /usr/bin/env -S A=b cat -u", ["/usr/bin/cat", "/usr/bin/env"]],
    ["#!/usr/bin/env", ["/usr/bin/env"]],
    ["no script", []],
  ])("takes along what runs a script that begins with %s", (line, programs) => {
    const directory = temporaryDirectory();
    const script = join(directory, "script");
    writeFileSync(script, `${line}\n`);

    const { entries } = smallPlan(directory, { programs: [{ file: script, path: "/script" }] });

    const taken = entries.filter(({ reason }) => reason === "runs /script");
    expect(taken.map(({ path }) => path.replace(/^\/bin\/cat/, "/usr/bin/cat"))).toEqual(programs);
  });

  it("says that a script's program is nowhere", () => {
    const directory = temporaryDirectory();
    const script = join(directory, "script");
    writeFileSync(script, "#!/usr/bin/env no-such-program\n");

    expect(() => smallPlan(directory, { programs: [{ file: script }] })).toThrow(
      "is run by no-such-program, which is in none of /usr/sbin, /usr/bin, /sbin, /bin",
    );
  });

  it("copies directories with their links, with permissions that do not depend on the umask", () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "extra/below"), { recursive: true, mode: 0o700 });
    writeFileSync(join(directory, "extra/below/run"), "", { mode: 0o700 });
    writeFileSync(join(directory, "extra/text"), "", { mode: 0o600 });
    symlinkSync("text", join(directory, "extra/link"));

    const plan = smallPlan(directory, {
      files: [{ file: join(directory, "extra"), path: "/extra" }],
    });

    expect(entryAt(plan, "/extra")).toMatchObject({ kind: "directory", mode: 0o755 });
    expect(entryAt(plan, "/extra/below/run")).toMatchObject({ mode: 0o755 });
    expect(entryAt(plan, "/extra/text")).toMatchObject({ mode: 0o644 });
    expect(entryAt(plan, "/extra/link")).toMatchObject({ kind: "link", target: "text" });
  });

  it("lets a file that was asked for take the place of one of its own", () => {
    const directory = temporaryDirectory();
    const file = join(directory, "release");
    writeFileSync(file, "ID=mine\n");

    const plan = smallPlan(directory, { files: [{ file, path: "/etc/initrd-release" }] });

    expect(entryAt(plan, "/etc/initrd-release")).toMatchObject({ source: { kind: "file", file } });
  });

  it("quotes the values of initrd-release", () => {
    const plan = smallPlan(temporaryDirectory(), { release: { VERSION: 'a "b" $c' } });

    expect(entryAt(plan, "/etc/initrd-release")).toMatchObject({
      source: { text: 'NAME=earlyboot\nID=earlyboot\nVERSION="a \\"b\\" \\$c"\n' },
    });
  });

  it.each([
    [
      "an addon with another check sum",
      { runtime: { node: "/bin/sh", addon: "/bin/sh" } },
      "checksum",
    ],
    ["a boot program that is not there", { bundle: "/nowhere/init.cjs" }, "source-missing"],
    ["a program that is not there", { programs: [{ file: "/nowhere/fsck" }] }, "source-missing"],
    ["a file that is not there", { files: [{ file: "/nowhere/file" }] }, "source-missing"],
    ["microcode that is not there", { early: [{ path: "/x", files: ["/no"] }] }, "source-missing"],
    [
      "a path that is not absolute",
      { files: [{ file: "/etc/passwd", path: "etc" }] },
      "bad-option",
    ],
    ["a runtime for another machine", { architecture: "arm64" }, "bad-option"],
  ] as const)("refuses %s", (_, more, code) => {
    expect(() => smallPlan(temporaryDirectory(), more)).toThrow(expect.objectContaining({ code }));
  });
});
