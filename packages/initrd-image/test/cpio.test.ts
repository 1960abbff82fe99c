import {
  lstatSync,
  mkdirSync,
  linkSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type CpioEntry, readCpio, streamCpio, writeCpio } from "@earlyboot/initrd-image";
import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { collect, itWith, run, temporaryDirectories } from "./support/tools.ts";

const temporaryDirectory = temporaryDirectories();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const sample: readonly CpioEntry[] = [
  { path: "bin", kind: "directory", mode: 0o755 },
  { path: "bin/first", kind: "file", mode: 0o755, sameAs: "bin/second" },
  { path: "bin/second", kind: "file", mode: 0o755, content: bytes("two names\n") },
  { path: "bin/sh", kind: "link", mode: 0o777, target: "second" },
  { path: "empty", kind: "file", mode: 0o600, content: bytes("") },
];

const nodes: readonly CpioEntry[] = [
  { path: "console", kind: "character", mode: 0o600, device: { major: 5, minor: 1 } },
  { path: "disk", kind: "block", mode: 0o660, device: { major: 252, minor: 65_537 } },
  { path: "pipe", kind: "fifo", mode: 0o644 },
  { path: "log", kind: "socket", mode: 0o666 },
];

/** What a reader gives that a writer may leave out. */
const complete = (entry: CpioEntry): CpioEntry => ({ uid: 0, gid: 0, modified: 0, ...entry });

const anyPath = fc
  .array(fc.stringMatching(/^[a-zäöü0-9._-]{1,20}$/), { minLength: 1, maxLength: 4 })
  .map((parts) => `x${parts.join("/")}`);

const anyEntry: fc.Arbitrary<CpioEntry> = fc
  .record({
    path: anyPath,
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: fc.integer({ min: 0, max: 0xffff_ffff }),
    gid: fc.integer({ min: 0, max: 0xffff_ffff }),
    modified: fc.integer({ min: 0, max: 0xffff_ffff }),
  })
  .chain((common) =>
    fc.oneof(
      fc
        .uint8Array({ maxLength: 300 })
        .map((content): CpioEntry => ({ ...common, kind: "file", content })),
      fc.constant<CpioEntry>({ ...common, kind: "directory" }),
      anyPath.map((target): CpioEntry => ({ ...common, kind: "link", target })),
      fc
        .record({
          major: fc.integer({ min: 0, max: 4095 }),
          minor: fc.integer({ min: 0, max: 1_048_575 }),
        })
        .map((device): CpioEntry => ({ ...common, kind: "character", device })),
    ),
  );

describe("writeCpio", () => {
  it("writes what readCpio reads back", () => {
    const entries = fc.uniqueArray(anyEntry, { selector: ({ path: name }) => name, maxLength: 20 });

    fc.assert(
      fc.property(entries, (written) => {
        const read = readCpio(writeCpio(written));

        expect(read).toEqual(written);
      }),
    );
  });

  it("keeps hard links, device nodes, sockets and pipes", () => {
    expect(readCpio(writeCpio([...sample, ...nodes]))).toEqual([...sample, ...nodes].map(complete));
  });

  it("numbers inodes by position, so that nothing of this machine is in the archive", () => {
    const archive = Buffer.from(writeCpio(sample)).toString("latin1");

    const inodes = [...archive.matchAll(/070701([0-9a-f]{8})/g)].map(([, inode]) => inode);

    expect(inodes).toEqual([
      "00000001",
      "00000002",
      "00000002",
      "00000003",
      "00000004",
      "00000000",
    ]);
  });

  it.each([
    ["a name twice", [...sample, { path: "bin", kind: "directory", mode: 0o700 }], "bin twice"],
    [
      "a hard link to nothing",
      [{ path: "a", kind: "file", mode: 0o644, sameAs: "b" }],
      "b is not in the archive",
    ],
  ] as const)("refuses %s", (_, entries, words) => {
    expect(() => writeCpio(entries)).toThrow(
      expect.objectContaining({ code: "bad-archive", message: expect.stringContaining(words) }),
    );
  });

  itWith(["cpio"], "writes archives that GNU cpio unpacks to the same files", () => {
    const directory = temporaryDirectory();

    run("cpio", ["-idm", "--quiet"], { input: writeCpio(sample), cwd: directory });

    expect(readFileSync(join(directory, "bin/first"), "utf8")).toBe("two names\n");
    expect(statSync(join(directory, "bin/first")).ino).toBe(
      statSync(join(directory, "bin/second")).ino,
    );
    expect(statSync(join(directory, "bin/first")).mode & 0o7777).toBe(0o755);
    expect(readlinkSync(join(directory, "bin/sh"))).toBe("second");
    expect(lstatSync(join(directory, "empty")).size).toBe(0);
  });

  itWith(["cpio"], "writes device nodes that GNU cpio lists with their numbers", () => {
    const listing = run("cpio", ["-itv", "--quiet"], { input: writeCpio(nodes) }).toString();

    expect(listing).toMatch(/^crw-------.*5, +1 .*console$/m);
    expect(listing).toMatch(/^brw-rw----.*252, ?65537 .*disk$/m);
    expect(listing).toMatch(/^p.*pipe$/m);
  });

  itWith(["bsdtar"], "writes archives that bsdtar unpacks to the same files", () => {
    const directory = temporaryDirectory();

    run("bsdtar", ["-xf", "-"], { input: writeCpio(sample), cwd: directory });

    expect(readFileSync(join(directory, "bin/second"), "utf8")).toBe("two names\n");
    expect(readFileSync(join(directory, "bin/first"), "utf8")).toBe("two names\n");
    expect(readlinkSync(join(directory, "bin/sh"))).toBe("second");
  });
});

describe("streamCpio", () => {
  it("gives the bytes of writeCpio, whatever pieces the contents come in", async () => {
    const content = bytes("a content of some length");
    const streamed = {
      size: content.length,
      async *stream() {
        yield content.subarray(0, 7);
        yield content.subarray(7);
      },
    };
    const file = { path: "file", kind: "file", mode: 0o644 } as const;

    const archive = await collect(streamCpio([{ ...file, content: streamed }]));

    expect(archive).toEqual(writeCpio([{ ...file, content }]));
  });

  it("refuses a content that is not as long as it was announced", async () => {
    const streamed = {
      size: 5,
      async *stream() {
        yield bytes("four");
      },
    };
    const archive = streamCpio([{ path: "file", kind: "file", mode: 0o644, content: streamed }]);

    await expect(collect(archive)).rejects.toMatchObject({
      code: "bad-archive",
      message: "file gave 4 bytes where 5 were announced: did the file change meanwhile?",
    });
  });
});

describe("readCpio", () => {
  const makeTree = (): string => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "etc"));
    writeFileSync(join(directory, "etc/hostname"), "guest\n");
    linkSync(join(directory, "etc/hostname"), join(directory, "etc/name"));
    symlinkSync("hostname", join(directory, "etc/link"));
    return directory;
  };
  const expectTree = (entries: readonly CpioEntry[]): void => {
    const found = new Map(entries.map((one) => [one.path, one]));
    for (const path of ["etc/hostname", "etc/name"]) {
      const entry = found.get(path);
      const holder = found.get(entry?.sameAs ?? path);
      expect(Buffer.from(holder?.content ?? []).toString()).toBe("guest\n");
    }
    expect(found.get("etc/link")).toMatchObject({ kind: "link", target: "hostname" });
    expect(found.get("etc")).toMatchObject({ kind: "directory" });
  };

  itWith(["cpio", "find"], "reads what GNU cpio writes, with hard links", () => {
    const archive = run("sh", ["-c", "find . | sort | cpio -o -H newc --quiet"], {
      cwd: makeTree(),
    });

    expectTree(readCpio(archive));
  });

  itWith(["cpio", "find"], "reads archives with check sums", () => {
    const archive = run("sh", ["-c", "find . | sort | cpio -o -H crc --quiet"], {
      cwd: makeTree(),
    });

    expectTree(readCpio(archive));
  });

  itWith(["bsdtar"], "reads what bsdtar writes", () => {
    const archive = run("bsdtar", ["-cf", "-", "--format=newc", "."], { cwd: makeTree() });

    expectTree(readCpio(archive));
  });

  it.each([
    ["nothing", ""],
    ["text", "no archive at all, but long enough to have room for a header".repeat(4)],
    ["the old binary form", "070707".padEnd(200, "0")],
    ["a header that is not hexadecimal", "070701".padEnd(200, "g")],
  ])("refuses %s", (_, text) => {
    expect(() => readCpio(bytes(text))).toThrow(expect.objectContaining({ code: "bad-archive" }));
  });

  it("refuses an archive that is cut short, wherever it is cut", () => {
    const archive = writeCpio(sample);

    fc.assert(
      fc.property(fc.integer({ min: 0, max: archive.length - 5 }), (length) => {
        expect(() => readCpio(archive.subarray(0, length))).toThrow(
          expect.objectContaining({ code: "bad-archive" }),
        );
      }),
    );
  });
});
