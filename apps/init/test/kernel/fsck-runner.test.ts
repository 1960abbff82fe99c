import type { CheckOptions } from "@earlyboot/fsck-runner";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { checkFile } from "./check-file.ts";
import { needs, programPath, runUnshared } from "./run-program.ts";

const MiB = 2 ** 20;
const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };

let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fsck-runner-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const ext4 = needs("e2fsck", "mkfs.ext4", "debugfs");
const ext4OnDevice = needs("root", "losetup", "e2fsck", "mkfs.ext4", "debugfs");
const vfat = needs("fsck.vfat", "mkfs.vfat");
const xfs = needs("root", "losetup", "xfs_repair", "mkfs.xfs");

function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { env: environment, stdio: ["ignore", "ignore", "pipe"] });
}

/** An image of zeros. */
function makeImage(size: number): string {
  const file = join(directory, "image");
  const open = openSync(file, "w");
  ftruncateSync(open, size);
  closeSync(open);
  return file;
}

function overwrite(file: string, offset: number, bytes: Uint8Array): void {
  const open = openSync(file, "r+");
  writeSync(open, bytes, 0, bytes.length, offset);
  closeSync(open);
}

function hashOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/**
 * Checks an image behind a loop device, in a mount namespace; `prepare` and `after` are shell commands
 * that have its path as `$device`, and the image's as `$image`.
 */
function checkLoop(
  image: string,
  type: string,
  options: CheckOptions = {},
  { prepare = "", loop = "" } = {},
) {
  const script = `
    image=$1; shift
    device=$(losetup --find --show ${loop} "$image")
    trap 'losetup --detach "$device"' EXIT
    ${prepare}
    "$1" "$2" "$device" "$3" "$4"
  `;
  const { stdout, stderr } = runUnshared(
    ["--mount"],
    [
      "sh",
      "-ec",
      script,
      "sh",
      image,
      process.execPath,
      programPath("check-file-system.ts"),
    ].concat([type, JSON.stringify(options)]),
  );
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
}

/** What an image holds while it is mounted and its log is full: what a power cut leaves. */
function cutPower(image: string, files: number): string {
  const copy = `${image}.cut`;
  const script = `
    mkdir "$1.mounted"
    mount -o loop "$1" "$1.mounted"
    for i in $(seq ${files}); do echo "$i" >"$1.mounted/file$i"; done
    sync -f "$1.mounted"
    cp "$1" "$2"
    umount "$1.mounted"
  `;
  const { status, stderr } = runUnshared(["--mount"], ["sh", "-ec", script, "sh", image, copy]);
  if (status !== 0) throw new Error(stderr);
  return copy;
}

ext4.describe(`ext4, by the real e2fsck${ext4.reason}`, () => {
  function makeExt4(): string {
    const image = makeImage(16 * MiB);
    run("mkfs.ext4", "-q", image);
    run("debugfs", "-w", "-R", "write /etc/passwd file", image);
    return image;
  }

  it("passes when it is clean, without a look at the whole", () => {
    expect(checkFile(makeExt4(), "ext4")).toMatchObject({
      outcome: "pass",
      status: 0,
      progress: [],
    });
  });

  it("is checked as a whole when that is demanded, with progress from 0 to 100", () => {
    const { outcome, progress } = checkFile(makeExt4(), "ext4", { mode: "force" });

    expect(outcome).toBe("pass");
    expect([progress[0], progress.at(-1)]).toEqual([0, 100]);
    expect(progress).toEqual(progress.toSorted((a: number, b: number) => a - b));
  });

  it("has a bad block bitmap corrected", () => {
    const image = makeExt4();
    run("debugfs", "-w", "-R", "freeb 200 50", image);
    run("debugfs", "-w", "-R", "ssv state 0", image);

    expect(checkFile(image, "ext4")).toMatchObject({
      outcome: "errors-corrected",
      status: 1,
      message: `${image} (ext4) had errors, which were corrected`,
    });
    expect(checkFile(image, "ext4", { force: true })).toMatchObject({ outcome: "pass" });
  });

  it("has its list of orphans cleared", () => {
    const image = makeExt4();
    writeFileSync(`${image}.commands`, "unlink file\nsif <12> links_count 0\nssv last_orphan 12\n");
    run("debugfs", "-w", "-f", `${image}.commands`, image);
    const { outcome, output } = checkFile(image, "ext4");

    expect(outcome).toBe("pass");
    expect(output).toContain("Clearing orphaned inode 12");
    expect(checkFile(image, "ext4", { force: true }).outcome).toBe("pass");
  });

  it("has errors left when they need a decision, and says so in e2fsck's words", () => {
    const image = makeExt4();
    run("debugfs", "-w", "-R", "clri <2>", image);
    run("debugfs", "-w", "-R", "ssv state 0", image);

    expect(checkFile(image, "ext4")).toMatchObject({
      outcome: "errors-left",
      status: 4,
      message: `${image} (ext4) has errors that were not corrected (e2fsck, status 4), which said: ${image}: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY. (i.e., without -a or -p options)`,
    });
    expect(checkFile(image, "ext4", { repair: "yes" }).outcome).toBe("errors-corrected");
  });

  it("cannot be checked when its superblock is wrecked, unless everything may be corrected", () => {
    const image = makeExt4();
    overwrite(image, 1024, new Uint8Array(1024));

    expect(checkFile(image, "ext4")).toMatchObject({
      outcome: "operational-error",
      status: 8,
      message: `${image} (ext4) could not be checked (e2fsck, status 8), which said: e2fsck: Bad magic number in super-block while trying to open ${image}`,
    });
    expect(checkFile(image, "ext4", { repair: "yes" }).outcome).toBe("errors-corrected");
  });

  it("stays as it is, broken or not, when nothing may be written", () => {
    const image = makeExt4();
    run("debugfs", "-w", "-R", "freeb 200 50", image);
    run("debugfs", "-w", "-R", "ssv state 0", image);
    const before = hashOf(image);

    expect(checkFile(image, "ext4", { repair: "no", force: true }).outcome).toBe("errors-left");
    expect(hashOf(image)).toBe(before);
  });
});

ext4OnDevice.describe(`ext4 on a block device${ext4OnDevice.reason}`, () => {
  function makeExt4(): string {
    const image = makeImage(16 * MiB);
    run("mkfs.ext4", "-q", image);
    return image;
  }

  it("has its journal replayed after a power cut, and loses no file", () => {
    const image = cutPower(makeExt4(), 50);
    const { outcome, output } = checkLoop(image, "ext4");
    const { stdout } = spawnSync("debugfs", ["-R", "cat file50", image], { env: environment });

    expect(outcome).toBe("pass");
    expect(output).toContain("recovering journal");
    expect(String(stdout)).toBe("50\n");
    expect(checkFile(image, "ext4", { force: true }).outcome).toBe("pass");
  });

  it("is not checked while it is mounted", () => {
    const prepare = 'mount "$device" /mnt';

    expect(checkLoop(makeExt4(), "ext4", { force: true }, { prepare })).toMatchObject({
      outcome: "skipped",
      reason: "mounted",
    });
  });

  it("is not checked while it is mounted in another namespace", () => {
    const prepare = [
      'mkfifo "$image.ready" "$image.done"',
      'unshare --mount sh -c \'mount "$1" /mnt; echo >"$2.ready"; read -r _ <"$2.done"\' sh "$device" "$image" &',
      'read -r _ <"$image.ready"',
      'trap \'echo >"$image.done"; wait; losetup --detach "$device"\' EXIT',
    ].join("\n");

    expect(checkLoop(makeExt4(), "ext4", { force: true }, { prepare })).toMatchObject({
      outcome: "skipped",
      reason: "in-use",
    });
  });

  it("is not checked on a read-only device", () => {
    const image = makeExt4();
    const before = hashOf(image);

    expect(checkLoop(image, "ext4", { force: true }, { loop: "--read-only" })).toMatchObject({
      outcome: "skipped",
      reason: "read-only",
    });
    expect(hashOf(image)).toBe(before);
  });
});

vfat.describe(`vfat, by the real fsck.fat${vfat.reason}`, () => {
  /** With the flag that says: not unmounted. */
  function makeDirtyFat(): string {
    const image = makeImage(16 * MiB);
    run("mkfs.vfat", "-F", "16", image);
    overwrite(image, 0x25, Uint8Array.of(1));
    return image;
  }

  it("has its dirty flag cleared", () => {
    const image = makeDirtyFat();

    expect(checkFile(image, "vfat")).toMatchObject({ outcome: "errors-corrected", status: 1 });
    expect(checkFile(image, "vfat")).toMatchObject({ outcome: "pass", status: 0 });
  });

  it("keeps it when nothing may be written", () => {
    const image = makeDirtyFat();
    const before = hashOf(image);

    expect(checkFile(image, "vfat", { repair: false }).outcome).toBe("errors-left");
    expect(hashOf(image)).toBe(before);
  });

  it("cannot be checked when its boot sector is wrecked, though the status says corrected", () => {
    const image = makeDirtyFat();
    overwrite(image, 0, new Uint8Array(512).fill(0xa5));

    expect(checkFile(image, "vfat")).toMatchObject({ outcome: "operational-error", status: 1 });
  });
});

xfs.describe(`xfs, by the real xfs_repair${xfs.reason}`, () => {
  function makeXfs(): string {
    const image = makeImage(320 * MiB);
    run("mkfs.xfs", "-q", image);
    return image;
  }

  it("is left to the kernel unless the check is demanded", () => {
    expect(checkLoop(makeXfs(), "xfs")).toMatchObject({
      outcome: "skipped",
      reason: "only-on-demand",
    });
  });

  it.each(["preen", "no"] as const)(
    "is left to its mount after a power cut, and stays as it is, with %s",
    (repair) => {
      const image = cutPower(makeXfs(), 50);
      const before = hashOf(image);

      expect(checkLoop(image, "xfs", { force: true, repair })).toMatchObject({
        outcome: "skipped",
        reason: "log-not-replayed",
      });
      expect(hashOf(image)).toBe(before);
    },
  );

  it("has its log replayed first, after a power cut, when everything may be corrected", () => {
    const image = cutPower(makeXfs(), 50);

    expect(checkLoop(image, "xfs", { force: true, repair: "yes" })).toMatchObject({
      outcome: "pass",
      status: 0,
    });
    expect(checkLoop(image, "xfs", { force: true, repair: "no" })).toMatchObject({
      outcome: "pass",
      status: 0,
    });
  });

  it("has its superblock repaired when everything may be corrected", () => {
    const image = makeXfs();
    overwrite(image, 0, new Uint8Array(512));

    expect(checkLoop(image, "xfs", { force: true }).outcome).toBe("errors-left");
    expect(checkLoop(image, "xfs", { force: true, repair: "yes" })).toMatchObject({
      outcome: "errors-corrected",
      status: 4,
    });
  });
});

describe("a checker that ends with", () => {
  function stub(lines: string): CheckOptions {
    writeFileSync(join(directory, "e2fsck"), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
    return { directories: [directory] };
  }

  it.each([
    [0, "pass"],
    [1, "errors-corrected"],
    [2, "reboot-required"],
    [4, "errors-left"],
    [8, "operational-error"],
    [16, "usage-error"],
    [32, "cancelled"],
    [128, "library-error"],
  ])("status %i gives %s", (status, outcome) => {
    expect(checkFile("/dev/null", "ext4", stub(`exit ${status}`))).toMatchObject({
      outcome,
      status,
    });
  });

  it("a signal is killed", () => {
    expect(checkFile("/dev/null", "ext4", stub("kill -9 $$"))).toMatchObject({
      outcome: "killed",
      signal: 9,
    });
  });

  it("SIGINT when the time is over is asked to, not killed", () => {
    const options = stub(
      "trap 'echo orderly; exit 32' INT; echo ready; while :; do sleep 0.1; done",
    );

    expect(checkFile("/dev/null", "ext4", { ...options, timeout: 500 })).toMatchObject({
      outcome: "cancelled",
      output: "ready\norderly\n",
    });
  });
});
