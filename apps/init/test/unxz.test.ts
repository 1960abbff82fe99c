import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "@jest/globals";
import type * as script from "../src/unxz/unxz.ts";

const { unxz }: typeof script = createRequire(import.meta.url)("../dist/unxz.cjs");

/** Code and data as modules are, compressed by pieces and not. */
const content = readFileSync(process.execPath).subarray(0, 1 << 20);
const hasXz = spawnSync("xz", ["--version"]).status === 0;
const describeXz = hasXz ? describe : describe.skip;
const skipped = hasXz ? "" : " (skipped: needs xz)";

function xz(options: readonly string[], input: Uint8Array = content): Buffer {
  return spawnSync("xz", ["-1", "-c", ...options], { input, maxBuffer: 2 ** 28 }).stdout;
}

/** Quicker than an expectation of so many bytes. */
async function unpacksTo(expected: Uint8Array, compressed: Uint8Array): Promise<boolean> {
  return Buffer.compare(await unxz(compressed), expected) === 0;
}

describeXz(`decompresses .xz files${skipped}`, () => {
  it.each([
    ["without a check", ["--check=none"]],
    ["checked by CRC32, as kernels are installed", ["--check=crc32", "--lzma2=dict=1MiB"]],
    ["checked by CRC64, as xz does by itself", []],
    ["of many blocks", ["--block-size=65536"]],
    ["of blocks that tell their sizes", ["-T2", "--block-size=100000"]],
    ["with a dictionary that is larger than the file", ["-9"]],
  ])("%s", async (_, options) => {
    expect(await unpacksTo(content, xz(options))).toBe(true);
  });

  it("of several streams, with padding", async () => {
    const [first, second] = [xz(["--check=crc32"]), xz(["--check=none"])];

    const compressed = Buffer.concat([first, second, Buffer.alloc(8)]);

    expect(await unpacksTo(Buffer.concat([content, content]), compressed)).toBe(true);
  });

  it("of nothing", async () => {
    expect(await unxz(xz([], Buffer.alloc(0)))).toHaveLength(0);
  });

  it("several at the same time, one of them damaged", async () => {
    const [whole, blocks] = [xz([]), xz(["--block-size=65536"])];

    const all = await Promise.allSettled([
      unxz(whole),
      unxz(whole.subarray(0, 1000)),
      unxz(blocks),
    ]);

    expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});

describeXz(`says why an .xz file cannot be decompressed${skipped}`, () => {
  const cutShort = [0, 6, 12, 1000, -12, -1] as const;

  it.each(cutShort)("cut short at %i", async (end) => {
    await expect(unxz(xz([]).subarray(0, end))).rejects.toThrow("it is cut short");
  });

  it.each([
    ["its header", 8],
    ["its content", 100_000],
    ["its index", -20],
    ["its end", -6],
  ])("damaged in %s", async (_, place) => {
    const compressed = xz([]);
    const at = place < 0 ? compressed.length + place : place;
    compressed.writeUInt8(compressed.readUInt8(at) ^ 0x10, at);

    await expect(unxz(compressed)).rejects.toThrow("it is damaged");
  });

  it("of another kind", async () => {
    await expect(unxz(content)).rejects.toThrow("it is no .xz file");
  });

  it.each([
    ["a check that is not built in", ["--check=sha256"]],
    ["a filter that is not built in", ["--x86", "--lzma2"]],
  ])("with %s", async (_, options) => {
    await expect(unxz(xz(options))).rejects.toMatchObject({
      code: "EOPNOTSUPP",
      message: expect.stringContaining("compress it again with 'xz --check=crc32'"),
    });
  });
});
