import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { checkFile } from "./check-file.ts";
import { needs } from "./run-program.ts";

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "fsck-runner-"));
  runShell("mkdir -p $D/tree/d; for n in 1 2 3; do yes $n | head -c 200000 > $D/tree/d/$n; done", {
    D: directory,
  });
});

afterAll(() => rmSync(directory, { recursive: true }));

/** A file system of this machine's own programs, and what its checker is to say of it. */
interface Case {
  readonly type: string;
  readonly state: string;
  /** Makes it in the file `$F`; `$T` is a directory with files. */
  readonly make: string;
  readonly programs: readonly string[];
  /** The outcomes with `no`, then with `preen`, then with `preen` again. */
  readonly outcomes: readonly [string, string, string];
}

const make = {
  ext4: "mke2fs -q -t ext4 -b 1024 -d $T $F 32M",
  exfat: "truncate -s 32M $F; mkfs.exfat $F",
  btrfs: "truncate -s 160M $F; mkfs.btrfs -q --rootdir $T $F",
  xfs: "mkfs.xfs -q -d size=300m,file,name=$F",
  f2fs: "truncate -s 128M $F; mkfs.f2fs -q $F; sload.f2fs -f $T $F",
  jfs: "truncate -s 32M $F; mkfs.jfs -q $F",
  ntfs: "truncate -s 32M $F; mkfs.ntfs -q -F $F",
  erofs: "mkfs.erofs -zlz4 $F $T",
};

const needed: Readonly<Record<string, readonly string[]>> = {
  ext4: ["mke2fs", "e2fsck", "debugfs"],
  exfat: ["mkfs.exfat", "fsck.exfat"],
  btrfs: ["mkfs.btrfs", "btrfs", "btrfs-map-logical"],
  xfs: ["mkfs.xfs", "xfs_repair", "xfs_db"],
  f2fs: ["mkfs.f2fs", "sload.f2fs", "fsck.f2fs"],
  jfs: ["mkfs.jfs", "jfs_fsck"],
  ntfs: ["mkfs.ntfs", "ntfsfix"],
  erofs: ["mkfs.erofs", "fsck.erofs"],
};

/** Writes over what is in a file from a byte on. */
const overwrite = (at: number | string, bytes: number) =>
  `dd if=/dev/zero bs=1 seek=${at} count=${bytes} conv=notrunc of=$F`;

/** Changes one bit that the checker goes by. */
const setByte = (at: number, octal: string) =>
  `printf '\\\\${octal}' | dd bs=1 seek=${at} conv=notrunc of=$F`;

const clean = ["pass", "pass", "pass"] as const;
const mended = ["errors-left", "errors-corrected", "pass"] as const;
const left = ["errors-left", "errors-left", "errors-left"] as const;

const broken: readonly (readonly [
  type: keyof typeof make,
  state: string,
  breaking: string,
  outcomes: readonly [string, string, string],
])[] = [
  ["ext4", "a directory entry without an inode", `debugfs -w -R "clri /d/1" $F`, mended],
  [
    "ext4",
    "a directory of zeros",
    `block=$(debugfs -R "blocks /d" $F); ${overwrite("$((block * 1024))", 1024)}`,
    ["operational-error", "errors-left", "errors-left"],
  ],
  ["exfat", "a wrong checksum", setByte(200, "101"), left],
  [
    "exfat",
    "no boot sector",
    overwrite(0, 32768),
    ["operational-error", "operational-error", "operational-error"],
  ],
  [
    "btrfs",
    "a node of the tree of files broken in both copies",
    `node=$(btrfs inspect-internal dump-tree -t fs $F | awk '/^leaf/ {print $2; exit}')
     for at in $(btrfs-map-logical -l $node $F | awk '{print $6}'); do
       ${overwrite("$((at + 200))", 200)}
     done`,
    left,
  ],
  ["xfs", "a wrong count", "xfs_db -x -c 'agf 1' -c 'write -d freeblks 5' $F", left],
  // fsck.f2fs -p looks no further than the flags of the checkpoint, but the check here is demanded.
  ["f2fs", "a table of segments that says nothing", overwrite("$((1536 * 4096))", 4096), mended],
  // What jfs_fsck repairs is no error to it.
  ["jfs", "no block map", overwrite("$((11 * 4096))", 32768), ["errors-left", "pass", "pass"]],
  [
    "jfs",
    "no superblock",
    overwrite("$((8 * 4096))", 32768),
    ["operational-error", "operational-error", "operational-error"],
  ],
  ["ntfs", "no file table", overwrite("$((8 * 2048))", 1024), left],
  ["erofs", "broken data", setByte(4200, "252"), left],
  ["erofs", "no superblock", overwrite(1024, 100), left],
];

const cases: readonly Case[] = [
  ...Object.entries(make).map(([type, line]) => ({
    type,
    state: "no errors",
    make: line,
    programs: needed[type] ?? [],
    outcomes: clean,
  })),
  ...broken.map(([type, state, breaking, outcomes]) => ({
    type,
    state,
    make: `${make[type]}; ${breaking}`,
    programs: needed[type] ?? [],
    outcomes,
  })),
];

for (const { type, state, make: line, programs, outcomes } of cases) {
  const here = needs(...programs);
  here.describe(`${type} with ${state}, by its real checker${here.reason}`, () => {
    it(`is ${outcomes.join(", then ")}; looking writes nothing`, () => {
      const file = join(directory, "image");
      const variables = { F: file, T: join(directory, "tree") };
      runShell(`rm -f $F; { ${line}; } >/dev/null 2>&1 || true`, variables);
      const before = digestOf(file);

      const looked = checkFile(file, type, { force: true, repair: "no" });
      const unchanged = digestOf(file) === before;
      const first = checkFile(file, type, { force: true });
      const second = checkFile(file, type, { force: true });

      expect([looked, first, second].map(({ outcome }) => outcome)).toEqual(outcomes);
      expect(unchanged).toBe(true);
    });
  });
}

/** Runs a line of the shell, which must succeed. */
function runShell(line: string, variables: Readonly<Record<string, string>>): void {
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...variables };
  const { status, error, stderr } = spawnSync("sh", ["-c", line], { encoding: "utf8", env });
  if (status !== 0) throw new Error(`${line}: ${error?.message ?? stderr}`);
}

function digestOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
