import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { askBlkid, hasProgram, runShell } from "./blkid.ts";

const cli = new URL("../../dist/cli.js", import.meta.url).pathname;
const programs = ["losetup", "blkid", "sfdisk", "pvcreate", "mkfs.btrfs", "mkfs.ext4"];
const missing = programs.filter((program) => !hasProgram(program));
const reasons = process.getuid?.() === 0 ? missing : ["root", ...missing];
const suite = reasons.length === 0 ? describe : describe.skip;
const title = reasons.length === 0 ? "" : ` (needs ${reasons.join(" and ")})`;
let directory: string;
let loops: string[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "block-devices-"));
});

afterEach(() => {
  for (const loop of loops) runShell("losetup -d $LOOP", { LOOP: loop });
  loops = [];
});

afterAll(() => rmSync(directory, { recursive: true }));

/** Puts a new sparse file behind a loop device. */
function attach(size: string, options = ""): string {
  const file = join(directory, `image-${loops.length}`);
  runShell("rm -f $F && truncate -s $SIZE $F", { F: file, SIZE: size });
  const loop = runShell(`losetup --find --show ${options} $F`, { F: file }).trim();
  loops.push(loop);
  return loop;
}

/** What `block-devices --json` says. */
function listed(...paths: readonly string[]): readonly Readonly<Record<string, unknown>>[] {
  const command = `"${process.execPath}" ${cli} --json ${paths.join(" ")}`;
  return JSON.parse(runShell(command, { NODE_OPTIONS: "" }));
}

suite(`block-devices, on loop devices${title}`, () => {
  it("knows a physical volume of LVM as blkid does", () => {
    const loop = attach("32M");
    runShell("pvcreate --driverloaded n -y -q $LOOP 2>&1", { LOOP: loop });

    expect(listed(loop)).toMatchObject([
      {
        identification: {
          type: "LVM2_member",
          uuid: Object.entries(askBlkid(loop)).find(([name]) => name === "ID_FS_UUID_ENC")?.[1],
        },
      },
    ]);
  });

  it("reads GPT on 4 KiB sectors as sfdisk does", () => {
    const loop = attach("100M", "--sector-size 4096");
    const script = 'label: gpt\nsize=10M,type=L,name="first"\nsize=20M,type=U,name="second"';
    runShell('printf "%s\\n" "$SCRIPT" | sfdisk -q --no-reread --no-tell-kernel $LOOP', {
      LOOP: loop,
      SCRIPT: script,
    });

    const { partitiontable } = JSON.parse(runShell("sfdisk -J $LOOP", { LOOP: loop }));

    const [first, second] = partitiontable.partitions;
    expect(listed(loop)[0]).toMatchObject({
      partitionTable: {
        type: "gpt",
        sectorSize: 4096,
        uuid: partitiontable.id.toLowerCase(),
        partitions: [
          { number: 1, start: first.start * 4096, size: first.size * 4096, label: "first" },
          { number: 2, start: second.start * 4096, size: second.size * 4096, label: "second" },
        ],
      },
    });
  });

  it("tells the members of a btrfs file system apart", () => {
    const [first, second] = [attach("110M"), attach("110M")];
    runShell(`mkfs.btrfs -q -L pair ${first} ${second}`);

    const subUuids = [askBlkid(first), askBlkid(second)].map(
      (answer) => Object.entries(answer).find(([name]) => name === "ID_FS_UUID_SUB_ENC")?.[1],
    );
    const shared = { type: "btrfs", label: "pair", member: { devices: 2 } };
    expect(listed(first, second)).toMatchObject(
      subUuids.map((subUuid) => ({ identification: { ...shared, subUuid } })),
    );
  });

  it("lists a loop device among all others, with what is on it", () => {
    const loop = attach("16M");
    runShell("mkfs.ext4 -q -L listed $LOOP", { LOOP: loop });

    const found = listed().find(({ path }) => path === loop);

    expect(found).toMatchObject({
      size: 16 * 2 ** 20,
      status: "read",
      identification: { type: "ext4", label: "listed" },
    });
  });
});
