import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "@jest/globals";
import * as fc from "fast-check";
import { cutElf } from "../dist/cut-elf.js";
import { type DataObject, dataObjects } from "../dist/elf.js";
import { collect, itWith, run, temporaryDirectories } from "./support/tools.ts";

const temporaryDirectory = temporaryDirectories();

/** Prints what it finds at both ends of its data, and in other data before and behind them. */
const source = (size: number): string => `
  #include <stdio.h>
  #include <string.h>
  const char before[70000] __attribute__((aligned(16))) = "before";
  const unsigned char cut[${size}] __attribute__((aligned(16))) = { 1, [${size - 1}] = 1 };
  const char behind[70000] __attribute__((aligned(16))) = "behind";
  char written[70000] = "written";
  static char zeros[300000];
  int main(int count, char **words) {
    memset(zeros, 1, sizeof zeros);
    written[69999] = 'w';
    size_t wanted = 0;
    sscanf(words[1], "%zu", &wanted);
    unsigned sum = 0;
    for (size_t at = 0; at < wanted; at++) sum = sum * 31 + cut[at];
    printf("%s %s %s %u\\n", before, behind, written, sum);
  }
`;

interface Program {
  readonly file: string;
  readonly object: DataObject;
}

function compile(size: number, options: readonly string[]): Program {
  const file = join(temporaryDirectory(), "program");
  const layout = ["-fno-toplevel-reorder", "-rdynamic", ...options];
  run("gcc", ["-O1", "-x", "c", "-", "-o", file, ...layout], {
    input: Buffer.from(source(size)),
  });
  const object = dataObjects(file, (name) => name === "cut").get("cut");
  if (object === undefined) throw new Error("the compiled program does not name its data");
  return { file, object };
}

async function cutTo({ file, object }: Program, content: Buffer) {
  const cut = cutElf(file, object, content);
  const bytes = await collect(cut.stream());
  writeFileSync(`${file}-cut`, bytes, { mode: 0o755 });
  expect(bytes).toHaveLength(cut.size);
  return spawnSync(`${file}-cut`, [String(content.length)], { encoding: "utf8" });
}

const sum = (bytes: Buffer): number =>
  bytes.reduce((result, byte) => (Math.imul(result, 31) + byte) >>> 0, 0);

describe("cutElf", () => {
  itWith(
    ["gcc"],
    "makes programs that run the same, with any data in place of theirs",
    async () => {
      const sizes = fc.integer({ min: 1, max: 200_000 });
      const layouts = fc.constantFrom<readonly string[]>(
        ["-no-pie"],
        ["-pie", "-fPIE"],
        ["-no-pie", "-Wl,-z,noseparate-code"],
        ["-no-pie", "-Wl,-z,max-page-size=0x200000"],
      );

      await fc.assert(
        fc.asyncProperty(sizes, sizes, layouts, async (one, other, layout) => {
          const [least, most] = [Math.min(one, other), Math.max(one, other)];
          const content = Buffer.from(Array.from({ length: least }, (_, at) => at % 251));

          const { status, stdout } = await cutTo(compile(most, layout), content);

          expect(stdout).toBe(`before behind written ${sum(content)}\n`);
          expect(status).toBe(0);
        }),
        { numRuns: 12 },
      );
    },
  );

  itWith(
    ["gcc", "readelf"],
    "leaves the pages out that hold nothing else, in a file that readelf takes",
    async () => {
      const program = compile(1_000_000, ["-no-pie"]);

      await cutTo(program, Buffer.from("short"));

      const headers = (file: string): string => run("readelf", ["-lW", file]).toString();
      const { stderr, stdout } = spawnSync("readelf", ["-lW", `${program.file}-cut`], {
        encoding: "utf8",
      });
      expect(stderr).toBe("");
      expect(stdout.match(/^ +LOAD/gm)).toHaveLength(
        (headers(program.file).match(/^ +LOAD/gm)?.length ?? 0) + 1,
      );
      const [before, after] = [program.file, `${program.file}-cut`].map(
        (file) => readFileSync(file).length,
      );
      expect((before ?? 0) - (after ?? 0)).toBeGreaterThan(990_000);
    },
  );

  itWith(["gcc"], "refuses data that the program may write, and content that is longer", () => {
    const { file, object } = compile(10_000, ["-no-pie"]);
    const written = dataObjects(file, (name) => name === "written").get("written") ?? object;

    for (const [where, content] of [
      [written, Buffer.alloc(1)],
      [object, Buffer.alloc(object.size + 1)],
    ] as const) {
      expect(() => cutElf(file, where, content)).toThrow(
        expect.objectContaining({ code: "bad-elf" }),
      );
    }
  });

  itWith(["gcc"], "refuses a program whose table of segments is not in front", () => {
    const { file, object } = compile(100_000, ["-no-pie"]);
    const bytes = readFileSync(file);
    const [table, count] = [Number(bytes.readBigUInt64LE(32)), bytes.readUInt16LE(56)];
    const moved = bytes.subarray(table, table + count * 56);
    bytes.writeBigUInt64LE(BigInt(bytes.length), 32);
    writeFileSync(file, Buffer.concat([bytes, moved]));

    expect(() => cutElf(file, object, Buffer.alloc(1))).toThrow(
      `${file} is not laid out so that data could be taken out of it`,
    );
  });

  itWith(["gcc"], "refuses a program without notes, whose header could give way", () => {
    const { file, object } = compile(100_000, ["-no-pie"]);
    const bytes = readFileSync(file);
    const table = Number(bytes.readBigUInt64LE(32));
    for (let index = 0; index < bytes.readUInt16LE(56); index++) {
      const at = table + index * 56;
      if (bytes.readUInt32LE(at) === 4) bytes.writeUInt32LE(0x6000_0000, at);
    }
    writeFileSync(file, bytes);

    expect(() => cutElf(file, object, Buffer.alloc(1))).toThrow(
      `${file} is not laid out so that data could be taken out of it`,
    );
  });
});
