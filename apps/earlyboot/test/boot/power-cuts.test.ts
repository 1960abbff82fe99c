import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, type BootedGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { makeRootOfType, run } from "../support/make-disks.ts";
import { resumeGuest, type SavedGuest, saveGuest } from "../support/saved-guest.ts";
import { testImage } from "../support/test-image.ts";

/** `POWER_CUTS=200 pnpm boot "power is cut"` for more of them, `POWER_CUT_SEED=new` for others. */
const cuts = Number(process.env["POWER_CUTS"] ?? 20);
const asked = process.env["POWER_CUT_SEED"] ?? "20261121";
const seed = asked === "new" ? String(Date.now() % 1_000_000) : asked;

const planCannotKnow = "when the power is cut";

/** A number from 0 to 1, the same for the same seed and place. */
function draw(place: number): number {
  return createHash("sha256").update(`${seed} ${place}`).digest().readUInt32BE() / 2 ** 32;
}

/** Writes one file after the other for ever, and tells of each once it is on the disk. */
const writingInit = `#!/bin/busybox sh
number=0
while :; do
  echo "file $number" > /var/new-$number
  /bin/busybox sync
  echo "wrote $number"
  number=$((number + 1))
done
`;

/** 2000 files in 40 directories. */
function manyFiles(): Readonly<Record<string, string>> {
  const numbers = Array.from({ length: 2000 }, (_, number) => number);
  return Object.fromEntries(
    numbers.map((number) => [
      `/var/lib-${number % 40}/file-${number}`,
      `${number} `.repeat(1 + 3 * (number % 700)),
    ]),
  );
}

/** What the power cuts before these ones left: all of it can be repaired without asking. */
function breakExt4(file: string) {
  const doomed = run("debugfs", ["-R", "ls -p /doomed", file])
    .split("\n")
    .map((line) => line.split("/"))
    .flatMap(([, inode = "", , , , name = ""]) => (/^\d+$/.test(name) ? [{ inode, name }] : []));
  const block = scratchFile("block");
  writeFileSync(block, Buffer.alloc(4096, 0xaa));
  const commands = [
    // Files that were deleted while they were open: the orphan list.
    ...doomed.flatMap(({ inode }, index) => [
      `set_inode_field <${inode}> links_count 0`,
      `set_inode_field <${inode}> dtime @${doomed[index - 1]?.inode ?? 0}`,
    ]),
    ...doomed.map(({ name }) => `unlink /doomed/${name}`),
    `set_super_value last_orphan ${doomed.at(-1)?.inode}`,
    // Blocks in use that the bitmap says are free, and a wrong count.
    "freeb 2000 30",
    "set_super_value free_blocks_count 7",
    // A transaction in the journal.
    "jo",
    `jw -b 30000 ${block}`,
    "jc",
    "set_super_value state 0",
  ];
  run("debugfs", ["-w", "-f", "-", file], `${commands.join("\n")}\n`);
}

/** A part of the boot in which the power is cut. */
interface Phase {
  readonly name: string;
  readonly guest: SavedGuest;
  /** The disk that goes with the saved guest. */
  readonly disk: string;
  /** What the guest prints as the phase begins, where that is not its beginning. */
  readonly begins?: RegExp;
  /** How long the phase took when nobody cut it, in milliseconds. */
  readonly length: number;
}

const foundRoot = /earlyboot: root .* is \/dev\/vda/;
const checked = /\/dev\/vda \(ext4\) (has no errors|had errors, which were corrected)/;
const handingOver = /handing over to/;

/**
 * Boots up to two moments: when the boot program begins, and when it has found the root and is about
 * to check it. Measures what follows them.
 */
async function preparePhases(file: string): Promise<readonly Phase[]> {
  const options = {
    disks: [{ file, writable: true }],
    commandLine: "root=LABEL=earlyboot-root rw fsck.mode=force",
  };
  const untouched = copyOf(file, "untouched");
  const cut = { ...options, planCannotKnow };
  const first = await bootGuest(cut);
  await first.console.expect("Run /init as init process");
  const early = await saveGuest(first, cut, scratchFile("early"));

  const second = await resumeGuest(early);
  const searching = stopwatch();
  await second.console.expect(foundRoot);
  const searched = searching();
  const late = await saveGuest(second, cut, scratchFile("late"));
  const found = copyOf(file, "found");

  const third = await resumeGuest({ ...late, options });
  const checking = stopwatch();
  expect((await third.console.expect(checked))[1]).toBe("had errors, which were corrected");
  const [checkTook, mounting] = [checking(), stopwatch()];
  await third.console.expect(handingOver);
  const [mountTook, writing] = [mounting(), stopwatch()];
  await third.console.expect("wrote 20\n");
  const writeTook = writing();
  await third.end();

  const start: Phase = {
    name: "the start",
    guest: early,
    disk: untouched,
    length: searched,
  };
  const check: Phase = { name: "the check", guest: late, disk: found, length: checkTook };
  const mount: Phase = { ...check, name: "the mount", begins: checked, length: mountTook };
  const write: Phase = { ...check, name: "the init", begins: handingOver, length: writeTook };
  return [start, check, mount, write, check, check, write, mount, check, write];
}

function stopwatch(): () => number {
  const started = performance.now();
  return () => performance.now() - started;
}

function copyOf(file: string, name: string): string {
  const copy = scratchFile(name);
  run("cp", ["--sparse=always", file, copy]);
  return copy;
}

/** What is on the disk after a cut. */
interface Remains {
  /** The status of `e2fsck -p`: 0 is clean, 1 is corrected. */
  readonly status: number | null;
  readonly lost: readonly string[];
}

function repair(file: string, expected: Readonly<Record<string, string>>): Remains {
  const { status } = spawnSync("/sbin/e2fsck", ["-f", "-p", file]);
  const out = scratchFile("out");
  run("rm", ["-rf", out]);
  run("mkdir", [out]);
  run("debugfs", ["-R", `rdump /var /sbin ${out}`, file]);
  const lost = Object.entries(expected).filter(([path, text]) => read(join(out, path)) !== text);
  return { status, lost: lost.map(([path]) => path) };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The files that the real init has put on the disk, as far as it told. */
function writtenBy(guest: BootedGuest): Readonly<Record<string, string>> {
  const numbers = [...guest.console.text().matchAll(/^wrote (\d+)\n/gm)].map(
    ([, number]) => number,
  );
  return Object.fromEntries(numbers.map((number) => [`/var/new-${number}`, `file ${number}\n`]));
}

bootTest(
  `loses no file when the power is cut at ${cuts} random moments of the boot, checking included (seed ${seed})`,
  async () => {
    const file = scratchFile("root");
    const doomed = Array.from({ length: 100 }, (_, name) => [`/doomed/${name}`, "x".repeat(9000)]);
    const lasting = { ...manyFiles(), "/sbin/init": writingInit };
    await makeScratchRoot({
      file,
      mebibytes: 128,
      init: writingInit,
      files: { ...manyFiles(), ...Object.fromEntries(doomed) },
    });
    breakExt4(file);
    const phases = await preparePhases(file);

    for (let cut = 0; cut < cuts; cut++) {
      const phase = phases[cut % phases.length];
      if (phase === undefined) throw new Error("no phase");
      run("cp", ["--sparse=always", phase.disk, file]);
      const moment = Math.round(draw(cut) * phase.length);
      const guest = await resumeGuest(phase.guest);
      if (phase.begins !== undefined) await guest.console.expect(phase.begins);
      await after(moment);
      await guest.end();

      const where = `cut ${cut}, ${moment} ms after the beginning of ${phase.name}`;
      const { status, lost } = repair(file, { ...lasting, ...writtenBy(guest) });
      expect({ where, status, lost }).toEqual({ where, status: status === 1 ? 1 : 0, lost: [] });
    }
  },
  { programs: ["debugfs"] },
);

/** Says whether every file is there that was from the beginning, and then writes for ever. */
const comparingInit = writingInit.replace(
  "number=0",
  `cd /
/bin/busybox sha256sum -c -s /etc/sums && echo "every file is there"
number=0`,
);

/** One disk that wears: what a cut leaves is what the next boot finds. */
for (const [type, program, line] of [
  ["xfs", "xfs_repair", "its log is to be replayed first"],
  ["btrfs", "btrfs", "has no errors"],
] as const) {
  bootTest(
    `loses no file of a root of type ${type} when the power is cut again and again (seed ${seed})`,
    async () => {
      const files = manyFiles();
      const sums = Object.entries(files).map(
        ([path, text]) => `${createHash("sha256").update(text).digest("hex")}  .${path}\n`,
      );
      const file = await makeRootOfType(type, {
        init: comparingInit,
        files: { ...files, "/etc/sums": sums.join("") },
      });
      const options = {
        image: await testImage({ fileSystems: ["ext4", type] }),
        disks: [{ file, writable: true }],
        commandLine: "root=/dev/vda rw fsck.mode=force",
      };
      const cut = { ...options, planCannotKnow };
      const guest = await bootGuest(cut);
      await guest.console.expect("Run /init as init process");
      const early = await saveGuest(guest, cut, scratchFile("early"));

      // The first is never cut: it tells how long the others take, and leaves a log.
      const first = await resumeGuest({ ...early, options });
      const booting = stopwatch();
      await first.console.expect("every file is there");
      await first.console.expect("wrote 20\n");
      const length = booting();
      await first.end();
      for (let number = 0; number < 2; number++) {
        const worn = await resumeGuest(early);
        await after(draw(number) * length);
        await worn.end();
      }
      const dirty = await resumeGuest({ ...early, options });
      await dirty.console.expect(line);
      await dirty.console.expect("every file is there");
      await dirty.console.expect("wrote 5\n");
      await dirty.end();

      if (type !== "xfs") return;
      // Only who asks for it has a log replayed before the root is mounted.
      const commandLine = `${options.commandLine} fsck.repair=yes`;
      const last = await bootGuest({ ...options, commandLine });
      await last.console.expect("/dev/vda (xfs) has no errors");
      await last.console.expect("every file is there");
    },
    { programs: [`mkfs.${type}`, program] },
  );
}
