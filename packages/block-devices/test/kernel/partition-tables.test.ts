import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type PartitionTable, readPartitionTable } from "@earlyboot/block-devices";
import { askBlkid, hasProgram, openImage, runShell } from "./blkid.ts";

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "block-devices-"));
});

afterAll(() => rmSync(directory, { recursive: true }));

/** The input of sfdisk(8), and what is done to `$F` afterwards. */
interface Disk {
  readonly name: string;
  readonly script: string;
  readonly size?: string;
  readonly afterwards?: string;
  readonly programs?: readonly string[];
}

const gpt = "label: gpt\nlabel-id: 01234567-89AB-CDEF-0123-456789ABCDEF\n";
const mbr = "label: dos\nlabel-id: 0x0badcafe\n";
const many = Array.from({ length: 128 }, (_, index) => `size=64K,type=L,name="part ${index + 1}"`);
const logical = Array.from({ length: 56 }, () => ",64K,L");

const disks: readonly Disk[] = [
  { name: "GPT with one partition", script: `${gpt},10M,L` },
  {
    name: "GPT with names",
    script: `${gpt}size=10M,type=L,name="the root"\nsize=10M,type=U,name="EFI"\n,,S`,
  },
  {
    name: "GPT with Cyrillic and Chinese names",
    script: `${gpt}size=10M,type=L,name="Корень"\nsize=10M,type=L,name="根"`,
  },
  {
    name: "GPT with a name outside of the basic plane",
    script: `${gpt}size=10M,type=L`,
    afterwards: "sgdisk --change-name='1:🦊 root' $F",
    programs: ["sgdisk"],
  },
  {
    name: "GPT with a name of 36 letters",
    script: `${gpt}size=10M,type=L,name="${"abcdef".repeat(6)}"`,
  },
  { name: "GPT with gaps in its numbers", script: `${gpt}3: size=10M\n7: size=10M\n` },
  { name: "GPT with attributes", script: `${gpt}size=10M,attrs="RequiredPartition GUID:60,63"` },
  { name: "GPT without partitions", script: gpt },
  { name: "GPT with 128 partitions", script: `${gpt}${many.join("\n")}`, size: "400M" },
  {
    name: "GPT with a damaged header",
    script: `${gpt}size=10M,type=L,name="a"`,
    afterwards: "zero 512 512",
  },
  {
    name: "GPT with damaged entries",
    script: `${gpt}size=10M,type=L,name="a"`,
    afterwards: "zero 1024 64",
  },
  {
    name: "GPT with a damaged backup",
    script: `${gpt}size=10M,type=L,name="a"`,
    afterwards: "zero 104857088 512",
  },
  {
    name: "GPT with a hybrid MBR",
    script: `${gpt},10M,L\n,10M,U`,
    afterwards: "sgdisk --hybrid 1 $F",
    programs: ["sgdisk"],
  },
  {
    name: "GPT without its protective MBR",
    script: `${gpt},10M,L`,
    afterwards: "zero 0 512",
  },
  {
    name: "GPT of a disk that was larger",
    script: `${gpt},10M,L`,
    afterwards: "truncate -s 50M $F",
  },
  {
    name: "GPT of a disk that was smaller",
    script: `${gpt},10M,L`,
    afterwards: "truncate -s 200M $F",
  },
  {
    name: "GPT with 8 entries",
    script: `${gpt}table-length: 8\n,10M,L`,
  },
  { name: "MBR with four partitions", script: `${mbr},10M,L,*\n,10M,S\n,10M,U\n,,7` },
  { name: "MBR with logical partitions", script: `${mbr},10M,L\n,10M,L\n,,E\n,10M,L\n,10M,S\n,,L` },
  { name: "MBR with only logical partitions", script: `${mbr},,E\n,10M,L\n,10M,L` },
  {
    name: "MBR with an extended partition in the middle",
    script: `${mbr},10M\n,40M,E\n,10M\n,10M\n,10M\n,5M`,
  },
  {
    name: "MBR with 56 logical partitions",
    script: `${mbr},,E\n${logical.join("\n")}`,
    size: "400M",
  },
  { name: "MBR with an empty extended partition", script: `${mbr},10M,L\n,10M,E` },
  {
    name: "MBR with gaps in its numbers",
    script: `${mbr}2: size=10M,type=83\n4: size=10M,type=83`,
  },
  { name: "MBR without an identifier", script: `label: dos\nlabel-id: 0x00000000\n,10M,L` },
  { name: "MBR without partitions", script: mbr },
  { name: "MBR with a Linux extended partition", script: `${mbr},10M,L\n,,85\n,10M,L` },
];

/** `zero OFFSET LENGTH` overwrites a part of the image. */
const zero =
  'zero() { dd if=/dev/zero of="$F" bs=1 seek="$1" count="$2" conv=notrunc status=none; };';

describe("readPartitionTable says what sfdisk says about", () => {
  for (const disk of disks) {
    const missing = ["sfdisk", ...(disk.programs ?? [])].filter((name) => !hasProgram(name));
    const test = missing.length === 0 ? it : it.skip;
    const reason = missing.length === 0 ? "" : ` (needs ${missing.join(" and ")})`;
    test(`${disk.name}${reason}`, async () => await compareWithSfdisk(disk));
  }
});

async function compareWithSfdisk(disk: Disk): Promise<void> {
  const image = join(directory, "disk");
  const { script, size = "100M", afterwards = "true" } = disk;
  runShell(
    `${zero} rm -f $F && truncate -s ${size} $F &&
     printf '%s\\n' "$SCRIPT" | sfdisk -q $F && ${afterwards}`,
    { F: image, SCRIPT: script },
  );
  const source = openImage(image);

  const table = await readPartitionTable({ ...source, sectorSize: 512 });
  const guessed = await readPartitionTable(source);

  source.close();
  expect(rowsOf(table)).toEqual(sfdiskRows(image));
  expect(guessed).toEqual(table);
  const blkid = askBlkid(image);
  if (blkid === "ambivalent") return;
  expect(table?.type).toEqual(blkid["ID_PART_TABLE_TYPE"]);
  expect(table?.uuid).toEqual(blkid["ID_PART_TABLE_UUID"]);
}

/** What both know of each partition. */
interface Row {
  readonly number: number;
  readonly start: number;
  readonly size: number;
  readonly type: string;
  readonly uuid?: string | undefined;
  readonly name?: string | undefined;
}

function rowsOf(table: PartitionTable | undefined): readonly Row[] {
  return (table?.partitions ?? []).map(({ number, start, size, type, uuid, label }) => ({
    number,
    start: Number(start) / (table?.sectorSize ?? 0),
    size: Number(size) / (table?.sectorSize ?? 0),
    type,
    uuid: table?.type === "gpt" ? uuid : undefined,
    name: label,
  }));
}

function sfdiskRows(image: string): readonly Row[] {
  const text = runShell(`sfdisk -J $F 2>/dev/null || true`, { F: image });
  if (text === "") return [];
  const { partitiontable }: SfdiskAnswer = JSON.parse(text);
  // The row that protects a GPT is no partition.
  const partitions = (partitiontable.partitions ?? []).filter(({ type }) => type !== "ee");
  return partitions.map(({ node, start, size, type, uuid, name }) => ({
    number: Number(node.slice(image.length)),
    start,
    size,
    type: type.toLowerCase(),
    uuid: uuid?.toLowerCase(),
    name,
  }));
}

interface SfdiskAnswer {
  readonly partitiontable: { readonly partitions?: readonly SfdiskRow[] };
}

interface SfdiskRow {
  readonly node: string;
  readonly start: number;
  readonly size: number;
  readonly type: string;
  readonly uuid?: string;
  readonly name?: string;
}
