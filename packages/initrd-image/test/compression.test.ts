import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";
import { errorCode } from "@earlyboot/linux-syscalls";
import { type CpioEntry, readImage, writeCpio } from "@earlyboot/initrd-image";
import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { compress, decompress } from "../dist/compression.js";
import { compressLz4Block, decompressLz4Block } from "../dist/lz4.js";
import { findSegments } from "../dist/segments.js";
import { compressZstd, resetLength } from "../dist/zstd-compress.js";
import { collect, inPieces, itWith, run, temporaryDirectories } from "./support/tools.ts";

const temporaryDirectory = temporaryDirectories();
/** Something to compress: this program itself, which has code, text and zeros. */
const program = readFileSync(process.execPath).subarray(0, 13 << 20);

/** Bytes with and without repetitions, near and far. */
const compressible = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 400 }))
        .map(([pattern, times]) => Buffer.concat(Array<Uint8Array>(times).fill(pattern))),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => Buffer.concat(pieces));

describe("an lz4 block", () => {
  it("unpacks to what it was made of", () => {
    fc.assert(
      fc.property(compressible, (content) => {
        expect(Buffer.from(decompressLz4Block(compressLz4Block(content)))).toEqual(content);
      }),
    );
  });

  it("is refused, not believed, when it is damaged", () => {
    const block = compressLz4Block(program.subarray(0, 50_000));

    fc.assert(
      fc.property(fc.nat(block.length - 1), fc.nat(255), (at, value) => {
        const damaged = Uint8Array.from(block);
        damaged[at] = value;
        expect(outcomeOf(() => decompressLz4Block(damaged))).toMatch(/^(unpacked|bad-archive)$/);
      }),
    );
  });
});

const outcomeOf = (unpack: () => unknown): string | undefined => {
  try {
    unpack();
    return "unpacked";
  } catch (error) {
    return errorCode(error);
  }
};

/** More than one block of those that work in blocks of 8 and 12 MiB; less of the slow ones. */
const commands = [
  ["gzip", program.subarray(0, 2 << 20)],
  ["lz4", program],
  ["xz", program.subarray(0, 2 << 20)],
  ["zstd", program],
] as const;

describe.each(commands)("%s", (compression, content) => {
  itWith([compression], "is read by the program of that name", async () => {
    const compressed = await collect(compress(inPieces(content), compression, 1));

    expect(run(compression, ["-dc"], { input: compressed }).equals(content)).toBe(true);
  });

  itWith([compression], "unpacks to what it was made of, and ends where it says", async () => {
    const compressed = await collect(compress(inPieces(content), compression, 1));
    const followed = Buffer.concat([compressed, Buffer.alloc(12), writeCpio([])]);

    const segments = await findSegments(followed);
    const unpacked = await collect(decompress(inPieces(compressed), compression));

    expect(segments).toEqual([
      { compression, offset: 0, end: compressed.length },
      { compression: "none", offset: compressed.length + 12, end: followed.length },
    ]);
    expect(unpacked.equals(content)).toBe(true);
  });

  it("comes out the same whatever pieces the input comes in", async () => {
    const few = await collect(compress(inPieces(content, 9_000_001), compression, 1));
    const many = await collect(compress(inPieces(content, 12_345), compression, 1));

    expect(few.equals(many)).toBe(true);
  });

  it("says that a damaged stream is damaged", async () => {
    const compressed = await collect(
      compress(inPieces(content.subarray(0, 100_000)), compression, 1),
    );

    await expect(
      collect(decompress(inPieces(compressed.subarray(0, -30)), compression)),
    ).rejects.toMatchObject({ code: "bad-archive" });
  });
});

describe("the end of an xz stream", () => {
  it.each([
    ["one block without its size", ["-1", "--check=crc32"]],
    ["many blocks", ["-1", "--check=crc64", "--block-size=1MiB", "-T2"]],
    ["no check", ["-1", "--check=none"]],
    ["SHA-256, and the filter for x86 code", ["--x86", "--lzma2=preset=1", "--check=sha256"]],
    ["content that is not compressible", ["-0", "--format=xz"]],
  ])("is found with %s", async (title, options) => {
    const start = program.subarray(0, 3 << 20);
    const content = title.startsWith("content") ? deflateRawSync(start) : start;
    const compressed = run("xz", ["-c", ...options], { input: content });

    const [segment] = await findSegments(Buffer.concat([compressed, Buffer.alloc(8), compressed]));

    expect(segment).toEqual({ compression: "xz", offset: 0, end: compressed.length });
  });
});

describe("compressZstd with a stretch", () => {
  const zeros = Buffer.alloc(resetLength);

  it("gives one frame that unpacks to the input, whatever stands before, in and behind the stretch", async () => {
    const part = compressible.map((content) => Buffer.concat([Buffer.from("x"), content]));
    await fc.assert(
      fc.asyncProperty(part, part, part, async (before, content, behind) => {
        const input = Buffer.concat([before, zeros, content, zeros, behind]);
        const stretch = {
          offset: before.length + zeros.length,
          size: content.length,
          compressed: (bytes: AsyncIterable<Uint8Array>, make: typeof keep) => make(bytes),
        };

        const compressed = await collect(compressZstd(inPieces(input, 1000), 3, stretch));

        expect(await collect(decompress(inPieces(compressed), "zstd"))).toEqual(input);
        expect(await findSegments(compressed)).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });
  const keep = (bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => bytes;

  itWith(["zstd"], "is one frame for the program zstd too", async () => {
    const file = join(temporaryDirectory(), "joined.zst");
    const parts = [
      program.subarray(0, 70_000),
      program.subarray(0, 9 << 20),
      program.subarray(0, 300_000),
    ];
    const [before = zeros, content = zeros, behind = zeros] = parts;
    const input = Buffer.concat([before, zeros, content, zeros, behind]);
    const stretch = {
      offset: before.length + zeros.length,
      size: content.length,
      compressed: (bytes: AsyncIterable<Uint8Array>, make: typeof keep) => make(bytes),
    };

    writeFileSync(file, await collect(compressZstd(inPieces(input), 5, stretch)));

    expect(run("zstd", ["-lv", file]).toString()).toContain("# Zstandard Frames: 1");
    expect(run("zstd", ["-dc", file]).equals(input)).toBe(true);
  });
});

describe("readImage", () => {
  const file = (name: string): readonly CpioEntry[] => [
    { path: name, kind: "file", mode: 0o644, content: Buffer.from(`in ${name}`) },
  ];
  const packers: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
    none: (bytes) => bytes,
    gzip: (bytes) => gzipSync(bytes),
    zstd: (bytes) => zstdCompressSync(bytes),
    xz: (bytes) => run("xz", ["--check=crc32", "-c"], { input: bytes }),
    lz4: (bytes) => run("lz4", ["-l", "-c"], { input: bytes }),
  };

  it("reads any sequence of parts and compressions, with zeros between them", async () => {
    const part = fc.record({
      compression: fc.constantFrom(...Object.keys(packers)),
      zeros: fc.integer({ min: 0, max: 5 }).map((words) => words * 4),
    });

    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 5 }), async (parts) => {
        const image = Buffer.concat(
          parts.flatMap(({ compression, zeros }, index) => {
            const packed =
              packers[compression]?.(writeCpio(file(`file${index}`))) ?? Buffer.alloc(0);
            return [packed, Buffer.alloc((4 - (packed.length % 4)) % 4), Buffer.alloc(zeros)];
          }),
        );

        const { segments } = await readImage(image);

        const names = segments.flatMap(({ entries }) => entries.map(({ path }) => path));
        expect(names).toEqual(parts.map((_, index) => `file${index}`));
      }),
      { numRuns: 25 },
    );
  });

  it("reads several archives in one compressed part", async () => {
    const archives = [writeCpio(file("one")), Buffer.alloc(300), writeCpio(file("two"))];

    const { segments } = await readImage(gzipSync(Buffer.concat(archives)));

    expect(segments.map(({ entries }) => entries.map(({ path }) => path))).toEqual([
      ["one", "two"],
    ]);
  });

  itWith(["bzip2"], "reads bzip2", async () => {
    const image = await readImage(run("bzip2", ["-c"], { input: writeCpio(file("old")) }));

    expect(image.segments).toMatchObject([{ compression: "bzip2", entries: [{ path: "old" }] }]);
  });

  itWith(["xz"], "reads lzma", async () => {
    const image = await readImage(
      run("xz", ["--format=lzma", "-c"], { input: writeCpio(file("old")) }),
    );

    expect(image.segments).toMatchObject([{ compression: "lzma", entries: [{ path: "old" }] }]);
  });

  it.each([
    ["an empty file", "", "the image is empty"],
    ["a file of zeros", "\0".repeat(64), "the image is empty"],
    ["anything else", "MZ is how a kernel begins", "what begins at byte 0 is neither"],
  ])("refuses %s", async (_, content, words) => {
    await expect(readImage(Buffer.from(content))).rejects.toMatchObject({
      code: "not-an-image",
      message: expect.stringContaining(words),
    });
  });
});
