import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { needs, programPath, runUnshared } from "./run-program.ts";

const here = needs("root", "unshare", "pivot_root");

let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "switch-root-"));
});

afterEach(() => {
  rmdirSync(directory);
});

here.describe(`on a normal system${here.reason}`, () => {
  it("refuses with every reason, and changes nothing", () => {
    const { status, stdout, stderr } = runUnshared(
      ["--mount"],
      [process.execPath, programPath("refuse-switch.ts"), directory],
    );

    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const { reasons, before, after } = JSON.parse(stdout);
    expect(reasons).toEqual([
      expect.stringMatching(/^this is process \d+; only process 1 may switch the root$/),
      expect.stringMatching(
        /^\/ is no initramfs: its file system is 0x[0-9a-f]+, not ramfs or tmpfs$/,
      ),
      expect.stringMatching(/^\/ does not hold the \/init of an initramfs: ENOENT/),
      expect.stringMatching(/ is on the same device as \/, \d+:\d+: no other root is mounted$/),
      `${directory} is not a mount point`,
      expect.stringMatching(
        /^no init to become in .*: \/sbin\/init: \/sbin: no such file or directory/,
      ),
    ]);
    expect(after).toEqual(before);
    expect(after.names).toEqual([]);
  });
});

here.describe(`of an init${here.reason}`, () => {
  it("says of every kind of program what the kernel says of it", () => {
    const { status, stdout, stderr } = runUnshared(
      ["--mount"],
      [process.execPath, programPath("compare-executability.ts"), directory],
    );
    const answers: readonly Answer[] = JSON.parse(stdout);
    const differing = answers.filter(
      ({ verdict, kernel }) => (verdict === null) !== (kernel === null),
    );

    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(differing).toEqual([]);
    expect(answers.length).toBeGreaterThan(50);
  });
});

/** What `compare-executability.ts` prints about each program. */
interface Answer {
  readonly name: string;
  /** Why `checkSwitchRoot` refuses it, if it does. */
  readonly verdict: string | null;
  /** The error that the kernel gives, if it does. */
  readonly kernel: string | null;
}

here.describe.each(["pivot", "move"])(`from an initramfs, by %s${here.reason}`, (method) => {
  it("frees it and nothing else, and becomes the real init", () => {
    const console = `${directory}.console`;
    writeFileSync(console, "");
    const { status, stderr } = runUnshared(
      ["--mount", "--pid", "--fork", "--kill-child"],
      ["sh", programPath("initramfs.sh"), directory, console].concat([
        process.execPath,
        programPath("switch-root.ts"),
        method,
      ]),
    );
    const [report = "", ...init] = readFileSync(console, "utf8").trimEnd().split("\n");
    rmSync(console);

    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const found = JSON.parse(report.replace("REPORT ", ""));
    expect(found).toMatchObject({ spared: 2, ended: 1, killed: 1, left: 0 });
    expect(found.result).toEqual({ method, removed: expect.any(Number), warnings: [] });
    expect(found.kept).toEqual(["kept\n", "kept\n", "kept\n"]);
    expect(found.root).toEqual(expect.arrayContaining(["dev", "precious", "proc", "run", "sys"]));
    expect(found.mounts).toEqual(
      expect.arrayContaining(["/dev", "/dev/console", "/proc", "/run", "/sys"]),
    );
    expect(found.oldInit).toBe("ENOENT");
    expect(found.initramfs).toContain("shared");
    expect(found.initramfs).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(init|dir|leads-.*)$/)]),
    );
    expect(init).toEqual([
      "INIT /start/init single two words",
      "HOME=/",
      "TERM=linux",
      "PATH=/sbin:/usr/sbin:/bin:/usr/bin",
      "Pid:\t1",
      "Threads:\t1",
      "SigBlk:\t0000000000000000",
      "SigIgn:\t0000000000000000",
      expect.stringMatching(/^Max open files +1024 +4096 +files/),
      "FD 0",
      "FD 1",
      // The shell that runs the script has it open here, and the directory that it lists below.
      "FD 10",
      "FD 2",
      "FD 3",
    ]);
  });
});
