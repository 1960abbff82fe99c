import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import {
  type BuildOptions,
  type BuildProgress,
  type Compression,
  type ImagePlan,
  buildImage,
  compareImages,
  imageEntries,
  readImage,
} from "@earlyboot/initrd-image";
import { describe, expect, it } from "@jest/globals";
import { moduleFile, smallPlan } from "./support/small-image.ts";
import { itWith, run, temporaryDirectories } from "./support/tools.ts";

const temporaryDirectory = temporaryDirectories();
const compressions: readonly Compression[] = ["gzip", "lz4", "none", "xz", "zstd"];
const sha256 = (file: string): string =>
  createHash("sha256").update(readFileSync(file)).digest("hex");

const linesOf = (program: string, ...programArguments: readonly string[]): readonly string[] =>
  run(program, programArguments).toString().trim().split("\n");

const programsOf = (compression: Compression): readonly string[] =>
  compression === "none" ? [] : [compression];

/** Starts a build in another process, as `shell` says: `umask 077; exec "$@"`. */
function startBuild(plan: ImagePlan, options: BuildOptions, shell = 'exec "$@"'): ChildProcess {
  const directory = temporaryDirectory();
  const files = [plan, options].map((value, index) => {
    const file = join(directory, `${index}.json`);
    writeFileSync(file, JSON.stringify(value));
    return file;
  });
  const script = new URL("support/build.js", import.meta.url).pathname;
  return spawn("sh", ["-c", shell, "sh", process.execPath, script, ...files], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function outputOf(child: ChildProcess): Promise<{ sha256: string; memory: number }> {
  let text = "";
  child.stdout?.on("data", (piece: Buffer) => (text += piece.toString()));
  const [status] = await once(child, "close");
  expect(status).toBe(0);
  return JSON.parse(text);
}

/** The lowest level of a compression that has any. */
function quickly(compression: Compression) {
  return compression === "lz4" || compression === "none"
    ? { compression }
    : { compression, level: 1 };
}

describe.each(compressions)("buildImage with %s", (compression) => {
  it("writes what readImage reads back", async () => {
    const directory = temporaryDirectory();
    const plan = smallPlan(directory);

    const built = await buildImage(plan, {
      output: join(directory, "image"),
      ...quickly(compression),
    });

    const image = await readImage(built.output);
    expect(image.segments).toMatchObject([{ compression, unpackedSize: built.unpackedSize }]);
    expect([...imageEntries(image).keys()]).toEqual(plan.entries.map(({ path }) => path.slice(1)));
    expect(built).toMatchObject({
      size: statSync(built.output).size,
      sha256: sha256(built.output),
    });
  });

  itWith(
    ["bsdtar", "lsinitramfs", ...programsOf(compression)],
    "writes what bsdtar and lsinitramfs list in full",
    async () => {
      const directory = temporaryDirectory();
      const plan = smallPlan(directory);
      const names = plan.entries.map(({ path }) => path.slice(1));

      const { output } = await buildImage(plan, {
        output: join(directory, "image"),
        ...quickly(compression),
      });

      // lsinitramfs expects the last part to be a compressed one.
      const listers = [["bsdtar", "-tf"], ...(compression === "none" ? [] : [["lsinitramfs"]])];
      for (const [lister = "", ...rest] of listers) {
        expect(linesOf(lister, ...rest, output)).toEqual(names);
      }
    },
  );

  it("writes the same bytes in another directory, time zone, umask and process", async () => {
    const directory = temporaryDirectory();
    const plan = smallPlan(directory);
    const options = quickly(compression);
    const shell = 'umask 077; export TZ=Asia/Kathmandu LC_ALL=C; cd /; exec "$@"';

    const here = await buildImage(plan, { ...options, output: join(directory, "one") });
    const there = { ...options, output: join(temporaryDirectory(), "two") };
    const elsewhere = await outputOf(startBuild(plan, there, shell));

    expect(elsewhere.sha256).toBe(here.sha256);
  });
});

describe("buildImage", () => {
  it("puts early files first, uncompressed, joined, where the kernel looks for them", async () => {
    const directory = temporaryDirectory();
    const parts = ["one", "two"].map((name) => join(directory, name));
    for (const part of parts) writeFileSync(part, part);
    const path = "/kernel/x86/microcode/GenuineIntel.bin";
    const plan = smallPlan(directory, { early: [{ path, files: parts }] });

    const { output } = await buildImage(plan, { output: join(directory, "image"), level: 1 });

    const { segments } = await readImage(output);
    expect(segments.map(({ compression }) => compression)).toEqual(["none", "zstd"]);
    expect(segments[0]?.entries.at(-1)).toMatchObject({
      path: "kernel/x86/microcode/GenuineIntel.bin",
      content: Buffer.from(parts.join("")),
    });
  });

  it("gives everything the time that was asked for, and the owner 0", async () => {
    const directory = temporaryDirectory();
    const plan = smallPlan(directory, { modified: 1_700_000_000 });

    const { output } = await buildImage(plan, { output: join(directory, "image"), level: 1 });

    for (const entry of imageEntries(await readImage(output)).values()) {
      expect(entry).toMatchObject({ uid: 0, gid: 0, modified: 1_700_000_000 });
    }
  });

  it.each([
    ["gz", ["gzip", "-c"]],
    ["xz", ["xz", "-c"]],
    ["zst", ["zstd", "-c"]],
  ])(
    "unpacks modules compressed as .%s, or keeps them as they are",
    async (ending, [program = "", ...rest]) => {
      const directory = temporaryDirectory();
      const content = Buffer.concat([moduleFile(), Buffer.from("the signature of a module")]);
      const packed = run(program, rest, { input: content });
      writeFileSync(join(directory, `a.ko.${ending}`), packed);
      writeFileSync(join(directory, "modules.dep"), `a.ko.${ending}:\n`);
      const modules = { version: "6.1", directory, names: ["a"] };
      const build = async (keepCompressed: boolean) => {
        const plan = smallPlan(directory, { modules: { ...modules, keepCompressed } });
        const { output } = await buildImage(plan, {
          output: join(directory, "image"),
          compression: "none",
        });
        return imageEntries(await readImage(output));
      };

      const [unpacked, kept] = [await build(false), await build(true)];

      expect(unpacked.get("lib/modules/6.1/a.ko")?.content).toEqual(content);
      expect(
        Buffer.from(unpacked.get("lib/modules/6.1/modules.dep")?.content ?? []).toString(),
      ).toBe("a.ko:\n");
      expect(kept.get(`lib/modules/6.1/a.ko.${ending}`)?.content).toEqual(packed);
    },
  );

  it.each([
    ["gz", ["gzip", "-c"], "unexpected end of file"],
    ["xz", ["xz", "-c"], "xz: (stdin): Unexpected end of input"],
  ])(
    "tells which module compressed as .%s is cut short",
    (ending, [program = "", ...rest], reason) => {
      const directory = temporaryDirectory();
      const file = join(directory, `a.ko.${ending}`);
      writeFileSync(file, run(program, rest, { input: moduleFile() }).subarray(0, -8));
      writeFileSync(join(directory, "modules.dep"), `a.ko.${ending}:\n`);

      expect(() =>
        smallPlan(directory, { modules: { version: "6.1", directory, names: ["a"] } }),
      ).toThrow(`a cannot be decompressed: ${reason} ('${file}').`);
    },
  );

  it("gives the same bytes with a cache, without one, and from what the cache holds", async () => {
    const directory = temporaryDirectory();
    const plan = smallPlan(directory, { runtime: {} });
    const build = (name: string, cache?: string) =>
      buildImage(plan, {
        output: join(directory, name),
        level: 1,
        ...(cache === undefined ? {} : { cache }),
      });
    const cache = join(directory, "cache");

    const built = [await build("none"), await build("filled", cache), await build("used", cache)];

    expect(readdirSync(cache)).toEqual([expect.stringMatching(/^[0-9a-f]{64}-zstd-.*-1$/)]);
    expect(new Set(built.map((one) => one.sha256)).size).toBe(1);
  });

  it("builds the same without a cache that cannot be written", async () => {
    const directory = temporaryDirectory();
    const plan = smallPlan(directory, { runtime: {} });
    const options = { output: join(directory, "image"), level: 1 };
    writeFileSync(join(directory, "file"), "");

    const [one, other] = [
      await buildImage(plan, options),
      await buildImage(plan, { ...options, cache: join(directory, "file", "cache") }),
    ];

    expect(other.sha256).toBe(one.sha256);
  });

  it("removes from the cache what a build that was killed left there", async () => {
    const directory = temporaryDirectory();
    const cache = join(directory, "cache");
    mkdirSync(cache);
    writeFileSync(join(cache, `.part.${2 ** 30}.a.new`), "half a part");

    await buildImage(smallPlan(directory, { runtime: {} }), {
      output: join(directory, "image"),
      level: 1,
      cache,
    });

    expect(readdirSync(cache)).toEqual([expect.stringMatching(/^[0-9a-f]{64}-zstd-.*-1$/)]);
  });

  it("notices a cache that is damaged, keeps the old image, and forgets the cache", async () => {
    const directory = temporaryDirectory();
    const plan = smallPlan(directory, { runtime: {} });
    const options = { output: join(directory, "image"), level: 1, cache: join(directory, "cache") };
    const before = await buildImage(plan, options);
    const [kept = ""] = readdirSync(options.cache);
    const bytes = readFileSync(join(options.cache, kept));
    bytes.fill(0x55, 1_000_000, 1_000_100);
    writeFileSync(join(options.cache, kept), bytes);

    await expect(buildImage(plan, options)).rejects.toMatchObject({ code: "verification" });
    const [left, image, again] = [
      readdirSync(options.cache),
      sha256(options.output),
      await buildImage(plan, options),
    ];

    expect(left).toEqual([]);
    expect(image).toBe(before.sha256);
    expect(again.sha256).toBe(before.sha256);
  });

  it("reports progress that never goes back, up to the end of both stages", async () => {
    const directory = temporaryDirectory();
    const seen: BuildProgress[] = [];
    const onProgress = (progress: BuildProgress): void => void seen.push(progress);

    await buildImage(smallPlan(directory), {
      output: join(directory, "image"),
      level: 1,
      onProgress,
    });

    for (const stage of ["read", "verify"]) {
      const done = seen
        .filter((progress) => progress.stage === stage)
        .map((progress) => progress.done);
      expect(done).toEqual(done.toSorted((one, other) => one - other));
      expect(done.length).toBeGreaterThan(0);
    }
    expect(seen.at(-1)).toMatchObject({ stage: "verify", done: seen.at(-1)?.total });
  });

  it.each([
    ["a directory", (path: string) => mkdirSync(path), "is a directory"],
    ["a device", (path: string) => symlinkSync("/dev/null", path), "is not a regular file"],
    ["below a directory that is not there", () => undefined, "there is no directory"],
  ])("refuses an output that is %s, before it builds", async (_, make, words) => {
    const directory = temporaryDirectory();
    const output = join(directory, "image");
    make(output);
    const below = words.startsWith("there") ? join(output, "image") : output;

    await expect(buildImage(smallPlan(directory), { output: below })).rejects.toMatchObject({
      code: "bad-option",
      message: expect.stringContaining(words),
    });
  });

  it.each([
    ["gzip", 10, "gzip has the levels 1 to 9"],
    ["zstd", 0, "zstd has the levels 1 to 22"],
    ["xz", 2.5, "xz has the levels 0 to 9"],
    ["lz4", 3, "lz4 has no levels"],
  ] as const)("refuses %s of level %d", async (compression, level, words) => {
    const directory = temporaryDirectory();
    const options = { output: join(directory, "image"), compression, level };

    await expect(buildImage(smallPlan(directory), options)).rejects.toMatchObject({
      code: "bad-option",
      message: expect.stringContaining(words),
    });
  });

  it("replaces what a link names, not the link", async () => {
    const directory = temporaryDirectory();
    const [file, link] = [join(directory, "image-1"), join(directory, "image")];
    writeFileSync(file, "the old image");
    symlinkSync("image-1", link);

    const { output } = await buildImage(smallPlan(directory), { output: link, level: 1 });

    expect(output).toBe(file);
    expect(readlinkSync(link)).toBe("image-1");
  });

  it("removes what killed builds left, but not what another build is writing", async () => {
    const directory = temporaryDirectory();
    const running = `.image.${process.pid}.a.new`;
    const killed = `.image.${2 ** 30}.b.new`;
    for (const name of [running, killed]) writeFileSync(join(directory, name), "");

    await buildImage(smallPlan(directory), { output: join(directory, "image"), level: 1 });

    expect(readdirSync(directory).toSorted()).toEqual([running, "image", "init.cjs"]);
  });

  it("stops when it is told to, and leaves the old image", async () => {
    const directory = temporaryDirectory();
    const output = join(directory, "image");
    writeFileSync(output, "the old image");
    const signal = AbortSignal.abort(new Error("enough"));

    await expect(buildImage(smallPlan(directory), { output, signal })).rejects.toThrow("enough");

    expect(readFileSync(output, "utf8")).toBe("the old image");
    expect(readdirSync(directory)).toEqual(["image", "init.cjs"]);
  });

  it("leaves the old image when a source shrinks after the plan was made", async () => {
    const directory = temporaryDirectory();
    const output = join(directory, "image");
    const file = join(directory, "large");
    writeFileSync(output, "the old image");
    writeFileSync(file, Buffer.alloc(5_000_000, "x"));
    const plan = smallPlan(directory, { files: [{ file, path: "/large" }] });
    const onProgress = ({ path }: BuildProgress): void => {
      if (path === "/dev") truncateSync(file, 10);
    };

    await expect(
      buildImage(plan, { output, compression: "none", onProgress }),
    ).rejects.toMatchObject({
      code: "bad-archive",
    });

    expect(readFileSync(output, "utf8")).toBe("the old image");
  });

  it("leaves the old image or the new one, whole, when it is killed at any moment", async () => {
    const directory = temporaryDirectory();
    const output = join(directory, "image");
    const options = { output, compression: "gzip", level: 1 } as const;
    const [one, other] = [1, 2].map((modified) => smallPlan(directory, { modified }));
    if (one === undefined || other === undefined) throw new Error("two plans");
    const started = performance.now();
    const whole = new Set([(await outputOf(startBuild(other, options))).sha256]);
    const duration = performance.now() - started;
    whole.add((await outputOf(startBuild(one, options))).sha256);

    for (let attempt = 0; attempt < 20; attempt++) {
      const child = startBuild(attempt % 2 === 0 ? other : one, options);
      await Promise.race([wait((duration * attempt) / 16), once(child, "exit")]);
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      expect(whole).toContain(sha256(output));
    }
    await buildImage(one, options);

    expect(readdirSync(directory)).toEqual(["image", "init.cjs"]);
  });

  it("needs less than 300 MiB, however large the image is", async () => {
    const directory = temporaryDirectory();
    const large = join(directory, "large");
    writeFileSync(large, "");
    truncateSync(large, 1 << 30);
    const plan = smallPlan(directory, { files: [{ file: large, path: "/large" }] });

    const { memory } = await outputOf(
      startBuild(plan, { output: join(directory, "image"), compression: "zstd" }),
    );

    rmSync(large);
    expect(memory / 1024).toBeLessThan(300);
  });

  itWith(
    ["cpio", "bsdtar", "lsinitramfs", "zstd"],
    "writes images that other programs list in full",
    async () => {
      const directory = temporaryDirectory();
      const plan = smallPlan(directory, { runtime: {} });
      const names = plan.entries.map(({ path }) => path.slice(1));

      const { output } = await buildImage(plan, { output: join(directory, "image"), level: 1 });

      const unpacked = join(directory, "unpacked");
      run("sh", ["-c", 'zstd -dc "$1" > "$2"', "sh", output, unpacked]);
      expect(linesOf("sh", "-c", 'cpio -it --quiet < "$1"', "sh", unpacked)).toEqual(names);
      expect(linesOf("bsdtar", "-tf", output)).toEqual(names);
      expect(linesOf("lsinitramfs", output)).toEqual(names);
    },
  );
});

describe("compareImages", () => {
  it("finds no difference between compressions, and every difference between contents", async () => {
    const directory = temporaryDirectory();
    const image = async (compression: Compression, more: Parameters<typeof smallPlan>[1]) => {
      const options = { output: join(directory, "image"), ...quickly(compression) };
      const { output } = await buildImage(smallPlan(directory, more), options);
      return readImage(output);
    };
    const plain = await image("none", {});
    writeFileSync(join(directory, "file"), "");
    const file = { file: join(directory, "file"), path: "/added" };
    const other = await image("gzip", { configuration: { version: 2 }, files: [file] });

    expect(compareImages(plain, await image("lz4", {}))).toEqual([]);
    expect(compareImages(plain, other)).toEqual([
      { path: "added", kind: "added", changes: [] },
      { path: "etc/earlyboot.json", kind: "changed", changes: ["content differs, 19 bytes"] },
    ]);
    expect(compareImages(other, plain)[0]).toEqual({ path: "added", kind: "removed", changes: [] });
  });
});
