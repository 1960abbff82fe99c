import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { elfDependencies, readElf } from "@earlyboot/initrd-image";
import { describe, expect, it } from "@jest/globals";
import { strippedElf } from "../dist/elf.js";
import { collect, itWith, run, temporaryDirectories } from "./support/tools.ts";

const temporaryDirectory = temporaryDirectories();

/** Compiles a library, or a program with a `main`, from C. */
function compile(file: string, source: string, options: readonly string[] = []): string {
  mkdirSync(dirname(file), { recursive: true });
  const kind = source.includes("main(") ? [] : ["-shared", "-fPIC"];
  run(
    "gcc",
    ["-x", "c", "-", "-x", "none", ...kind, "-o", file, "-Wl,--no-as-needed", ...options],
    {
      input: Buffer.from(source),
    },
  );
  return file;
}

describe("readElf", () => {
  itWith(["readelf"], "reads the names that readelf reads", () => {
    const elf = readElf(process.execPath);
    const dynamic = run("readelf", ["-dlW", process.execPath]).toString();

    expect(elf?.needed).toEqual(
      [...dynamic.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name),
    );
    expect(elf?.interpreter).toBe(/program interpreter: (.*)\]/.exec(dynamic)?.[1]);
  });

  it("gives nothing for a file that is not ELF", () => {
    expect(readElf("/etc/passwd")).toBeUndefined();
  });

  it("refuses an ELF file that is cut short", () => {
    const file = join(temporaryDirectory(), "short");
    const header = Buffer.alloc(64);
    header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    header.writeBigUInt64LE(64n, 32);
    header.writeUInt16LE(3, 56);
    writeFileSync(file, header);

    expect(() => readElf(file)).toThrow(expect.objectContaining({ code: "bad-elf" }));
  });

  itWith(["gcc"], "reads the note about libraries that a program opens by itself", () => {
    const notes = [{ soname: ["libz.so.1"], feature: "gzip", priority: "recommended" }];
    const program = compile(
      join(temporaryDirectory(), "noted"),
      dlopenProgram(JSON.stringify(notes)),
    );

    expect(readElf(program)?.dlopen).toEqual(notes);
  });
});

describe("strippedElf", () => {
  it("leaves a program that runs the same, without symbols and section headers", async () => {
    const file = join(temporaryDirectory(), "node");
    const stripped = strippedElf(process.execPath);

    const bytes = await collect(stripped.stream());
    writeFileSync(file, bytes, { mode: 0o755 });

    const script = "console.log(process.versions, new Intl.DateTimeFormat('de').format(0))";
    const outputs = [file, process.execPath].map((node) => run(node, ["-e", script]).toString());
    expect(outputs[0]).toBe(outputs[1]);
    expect(bytes).toHaveLength(stripped.size);
    expect(bytes.readBigUInt64LE(40)).toBe(0n);
  });

  it("refuses what is not ELF", () => {
    expect(() => strippedElf("/etc/passwd")).toThrow(expect.objectContaining({ code: "bad-elf" }));
  });
});

describe("elfDependencies", () => {
  itWith(["ldd"], "finds the files that ldd finds, and the loader", () => {
    const listed = run("ldd", [process.execPath]).toString();
    const paths = [...listed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path]) => path);

    const found = elfDependencies(process.execPath).map(({ path }) => path);

    expect(new Set(found)).toEqual(
      new Set([...paths, ...found.filter((path) => path.includes("/ld-linux"))]),
    );
    expect(found).toEqual(expect.arrayContaining(paths));
  });

  it("gives nothing for a file that is not ELF", () => {
    expect(elfDependencies("/etc/passwd")).toEqual([]);
  });

  itWith(
    ["gcc"],
    "follows a RUNPATH relative to the program, to where it will be in the image",
    () => {
      const directory = temporaryDirectory();
      compile(join(directory, "lib/libinner.so"), "int inner(void) { return 1; }");
      const program = compile(join(directory, "bin/program"), "int main(void) { return 0; }", [
        `-L${directory}/lib`,
        "-linner",
        "-Wl,--enable-new-dtags,-rpath,$ORIGIN/../lib",
      ]);

      const found = elfDependencies(program, { path: "/opt/app/bin/program" });

      expect(found).toContainEqual({
        path: "/opt/app/lib/libinner.so",
        file: join(directory, "lib/libinner.so"),
        neededBy: "/opt/app/bin/program",
      });
    },
  );

  itWith(["gcc"], "finds the libraries of libraries, by the RPATH of the program", () => {
    const directory = temporaryDirectory();
    compile(join(directory, "libinner.so"), "int inner(void) { return 1; }");
    compile(join(directory, "libouter.so"), "int outer(void) { return 1; }", [
      `-L${directory}`,
      "-linner",
    ]);
    const program = compile(join(directory, "program"), "int main(void) { return 0; }", [
      `-L${directory}`,
      "-louter",
      `-Wl,--disable-new-dtags,-rpath,${directory},-rpath-link,${directory}`,
    ]);

    const found = elfDependencies(program);

    expect(found).toContainEqual({
      path: join(directory, "libinner.so"),
      file: join(directory, "libinner.so"),
      neededBy: join(directory, "libouter.so"),
    });
  });

  itWith(["gcc"], "says which library is missing, who needs it, and where it looked", () => {
    const directory = temporaryDirectory();
    compile(join(directory, "libgone.so"), "int gone(void) { return 1; }");
    const program = compile(join(directory, "program"), "int main(void) { return 0; }", [
      `-L${directory}`,
      "-lgone",
    ]);

    expect(() => elfDependencies(program, { path: "/bin/program" })).toThrow(
      expect.objectContaining({
        code: "library-missing",
        message: expect.stringMatching(
          /^\/bin\/program needs libgone\.so, which is not there.*\/usr\/lib/,
        ),
      }),
    );
  });

  itWith(
    ["gcc", "cp"],
    "looks in a sysroot only, and gives what ld.so.conf leads to a path beside the C library",
    () => {
      const root = temporaryDirectory();
      const inside = (path: string): string => join(root, path);
      for (const { path, file } of elfDependencies("/bin/sh")) {
        mkdirSync(dirname(inside(path)), { recursive: true });
        run("cp", [file, inside(path)]);
      }
      const libc = elfDependencies("/bin/sh").find(({ path }) => path.endsWith("/libc.so.6"));
      compile(inside("opt/special/libspecial.so.1"), "int special(void) { return 1; }");
      mkdirSync(inside("etc/ld.so.conf.d"), { recursive: true });
      symlinkSync("/opt/special", inside("special"));
      writeFileSync(inside("etc/ld.so.conf"), "# comment\ninclude /etc/ld.so.conf.d/*.conf\n");
      writeFileSync(inside("etc/ld.so.conf.d/special.conf"), "/special\n");
      const program = compile(inside("bin/program"), "int main(void) { return 0; }", [
        `-L${root}/opt/special`,
        "-l:libspecial.so.1",
      ]);

      const found = elfDependencies(program, { sysroot: root, path: "/bin/program" });

      expect(found.every(({ file }) => file.startsWith(`${root}/`))).toBe(true);
      expect(found).toContainEqual({
        path: join(dirname(libc?.path ?? ""), "libspecial.so.1"),
        file: inside("opt/special/libspecial.so.1"),
        neededBy: "/bin/program",
      });
    },
  );

  itWith(
    ["gcc"],
    "takes recommended libraries along when they are there, and insists on required ones",
    () => {
      const note = (soname: string, priority: string): string =>
        dlopenProgram(JSON.stringify([{ soname: [soname], priority }]));
      const programFor = (soname: string, priority: string): string =>
        compile(join(temporaryDirectory(), "noted"), note(soname, priority));
      const names = (program: string): readonly string[] =>
        elfDependencies(program).map(({ path }) => path.replace(/.*\//, ""));

      expect(names(programFor("libm.so.6", "recommended"))).toContain("libm.so.6");
      expect(names(programFor("libm.so.6", "suggested"))).not.toContain("libm.so.6");
      expect(names(programFor("libnowhere.so.9", "recommended"))).not.toContain("libnowhere.so.9");
      expect(() => names(programFor("libnowhere.so.9", "required"))).toThrow(
        expect.objectContaining({ code: "library-missing" }),
      );
    },
  );
});

/** A program with a note as https://uapi-group.org/specifications/specs/elf_dlopen_metadata/ has it. */
function dlopenProgram(json: string): string {
  const size = json.length + 1;
  return `
    __attribute__((used, aligned(4), section(".note.dlopen"))) static const struct {
      unsigned owner, size, type; char name[4]; char text[${Math.ceil(size / 4) * 4}];
    } note = { 4, ${size}, 0x407c0c0a, "FDO", ${JSON.stringify(json)} };
    int main(void) { return 0; }`;
}
