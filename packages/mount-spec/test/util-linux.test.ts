import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { parseFstab, parseMountOptions, type FileSystem } from "@earlyboot/mount-spec";
import * as fc from "fast-check";

const directory = mkdtempSync(join(tmpdir(), "fstab-"));
afterAll(() => rmSync(directory, { recursive: true }));

const hasFindmnt = run("findmnt", ["--version"]).status === 0;
const isRoot = hasFindmnt && process.getuid?.() === 0;

function run(
  program: string,
  words: readonly string[],
  debug: Readonly<Record<string, string>> = {},
): SpawnSyncReturns<string> {
  const env = { PATH: process.env["PATH"], LC_ALL: "C.UTF-8", ...debug };
  return spawnSync(program, words, { encoding: "utf8", env, maxBuffer: 1 << 30 });
}

/** What findmnt(8) tells of a line. */
interface Row {
  readonly source: string;
  readonly target: string;
  readonly fstype: string;
  readonly "fs-options": string | null;
  readonly passno: number;
}

const letter = fc.constantFrom(
  ...Array.from("aZ09._-:/#@+é漢"),
  "\\040",
  "\\011",
  "\\134",
  "\\043",
);
const word = fc.array(letter, { maxLength: 6 }).map((letters) => letters.join(""));

const option = fc.oneof(
  fc.constantFrom(
    "ro",
    "rw",
    "noexec",
    "exec",
    "nosuid",
    "suid",
    "nodev",
    "dev",
    "sync",
    "async",
    "dirsync",
    "silent",
    "loud",
    "mand",
    "nomand",
    "iversion",
    "noiversion",
    "noatime",
    "atime",
    "nodiratime",
    "diratime",
    "relatime",
    "norelatime",
    "strictatime",
    "nostrictatime",
    "lazytime",
    "nolazytime",
    "nosymfollow",
    "symfollow",
    "bind",
    "rbind",
    "remount",
    "defaults",
    "user",
    "users",
    "owner",
    "group",
    "nouser",
    "nousers",
    "noowner",
    "nogroup",
    "nofail",
    "_netdev",
    "noauto",
    "auto",
    "comment=x",
    "x-foo",
    "x-foo=1,2",
    "X-mount.mkdir=0755",
    "loop",
    "loop=/dev/loop1",
    "offset=1",
    "sizelimit=2",
    "user=joe",
    "uhelper=x",
    "helper=y",
    "size=50%",
    "mode=0755",
    "ro=1",
    "noauto=2",
    'context="a,b"',
    "",
  ),
  // Before its version 2.39 util-linux knew no escaped comma.
  word.map((text) => `k=${text.replaceAll("\\134", "")}`),
);
const options = fc.array(option, { minLength: 1, maxLength: 6 }).map((list) => list.join(","));

const source = fc.oneof(
  word.map((text) => `/${text}`),
  fc.constantFrom("none", "LABEL=x", 'LABEL="a\\040b"', "UUID=1234-ABCD", "PARTLABEL=y"),
);
const number = fc.constantFrom("0", "1", "2", "-1", "+3", "x", "1x");
const blank = fc.constantFrom(" ", "\t", "  \t ");

/** A line whose mount point is unique, whole or cut short, and sometimes no line at all. */
function lineOf(id: number, columns: readonly string[], count: number, gap: string): string {
  const [first = "", path = "", ...rest] = columns;
  const named = [first, `/${id}/p${path.replaceAll("..", "._")}`, ...rest];
  return count === 0 ? `# ${named.join(" ")}` : gap + named.slice(0, count).join(gap);
}

const lines = fc.tuple(
  fc.tuple(source, word, fc.constantFrom("ext4", "tmpfs", "weird"), options, number, number),
  fc.nat({ max: 6 }),
  blank,
);

function writeTable(rows: readonly string[]): string {
  const file = join(directory, `${rows.length}`);
  writeFileSync(file, `${rows.join("\n")}\n`);
  return file;
}

/** The source as findmnt writes it. */
function sourceOf({ device }: FileSystem): string {
  if (device.label !== undefined) return `LABEL=${device.label}`;
  if (device.partLabel !== undefined) return `PARTLABEL=${device.partLabel}`;
  return device.path ?? device.none ?? `UUID=${device.uuid}`;
}

(hasFindmnt ? describe : describe.skip)("parseFstab (needs findmnt)", () => {
  const rows = fc
    .sample(lines, 10_000)
    .map(([columns, count, gap], id) => lineOf(id, columns, count, gap));

  it("reads the lines and columns that findmnt reads, out of ten thousand", () => {
    const answer = run("findmnt", [
      "--tab-file",
      writeTable(rows),
      "--json",
      "--list",
      "-o",
      wanted,
    ]);
    const { filesystems }: { filesystems: readonly Row[] } = JSON.parse(answer.stdout);
    const { fileSystems } = parseFstab(rows.join("\n"));

    expect(filesystems.length).toBeGreaterThan(3000);
    expect(
      fileSystems.map((fs) => ({
        source: sourceOf(fs),
        target: fs.mountPoint,
        fstype: fs.type,
        "fs-options": fs.options,
        check: fs.check,
      })),
    ).toEqual(
      filesystems.map(({ passno, ...row }) => ({
        ...row,
        source: row.source.replace(/="(.*)"$/, "=$1"),
        check: passno !== 0 && row.fstype !== "tmpfs",
      })),
    );
  });

  const wanted = "SOURCE,TARGET,FSTYPE,FS-OPTIONS,PASSNO";
});

(isRoot ? describe : describe.skip)("parseMountOptions (needs root, mount --fake)", () => {
  it("gives the numbers that mount gives, for ten thousand lists of options", () => {
    const texts = fc.sample(options, 10_000).filter((text) => /^[^\\]+$/.test(text));
    const table = writeTable(texts.map((text, id) => `none /fake/${id} tmpfs ${text} 0 0`));
    const answer = run("mount", ["--fake", "--no-mtab", "--all", "--fstab", table], {
      LIBMOUNT_DEBUG: "cxt",
    });
    const calls = answer.stderr.matchAll(/FAKE mount.*target=\/fake\/(\d+),.*mountflags=0x(\w+)/g);
    const told = [...calls].map(([, id, flags]) => [texts[Number(id)], Number(`0x${flags}`)]);

    expect(told.length).toBeGreaterThan(1000);
    expect(told.map(([text]) => [text, parseMountOptions(String(text)).flags])).toEqual(told);
  });
});
