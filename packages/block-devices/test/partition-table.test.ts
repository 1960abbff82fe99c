import { describe, expect, it } from "@jest/globals";
import { identify, readPartitionTable, sourceOfBytes } from "@earlyboot/block-devices";
import { handBuiltImages } from "./hand-built-images.ts";
import { readRecordedImages, sourceOf, unpack } from "./recorded-images.ts";

interface Row {
  readonly type: number;
  readonly start: number;
  readonly size: number;
  readonly boot?: number;
}

/** A sector with the four rows of an MBR. */
function mbr(rows: readonly Row[], id = 0x0badcafe): Uint8Array {
  const sector = new Uint8Array(512);
  const view = new DataView(sector.buffer);
  view.setUint32(0x1b8, id, true);
  for (const [index, { type, start, size, boot = 0 }] of rows.entries()) {
    sector.set([boot, 0, 0, 0, type], 0x1be + 16 * index);
    view.setUint32(0x1be + 16 * index + 8, start, true);
    view.setUint32(0x1be + 16 * index + 12, size, true);
  }
  sector.set([0x55, 0xaa], 510);
  return sector;
}

/** A disk of 1 MiB with sectors at their places. */
function disk(sectors: Readonly<Record<number, Uint8Array>>): Uint8Array {
  const bytes = new Uint8Array(2 ** 20);
  for (const [sector, content] of Object.entries(sectors)) bytes.set(content, Number(sector) * 512);
  return bytes;
}

describe("readPartitionTable", () => {
  it("says that a protective MBR protects a GPT that cannot be read", async () => {
    const bytes = disk({ 0: mbr([{ type: 0xee, start: 1, size: 2047 }]) });

    expect(await readPartitionTable(sourceOfBytes(bytes))).toEqual({
      type: "PMBR",
      sectorSize: 512,
      partitions: [],
    });
  });

  it("follows a chain of logical partitions that bites its tail only so far", async () => {
    const extended = { type: 5, start: 100, size: 1000 };
    const bytes = disk({
      0: mbr([extended]),
      100: mbr([
        { type: 0x83, start: 1, size: 10 },
        { type: 5, start: 0, size: 50 },
      ]),
    });

    const table = await readPartitionTable(sourceOfBytes(bytes));

    expect(table?.partitions).toHaveLength(101);
  });

  it("ends a chain that leaves the disk", async () => {
    const bytes = disk({
      0: mbr([{ type: 0xf, start: 100, size: 1000 }]),
      100: mbr([
        { type: 0x83, start: 1, size: 10 },
        { type: 5, start: 0xffffffff, size: 50 },
      ]),
    });

    const table = await readPartitionTable(sourceOfBytes(bytes));

    expect(table?.partitions.map(({ number, uuid }) => [number, uuid])).toEqual([
      [1, "0badcafe-01"],
      [5, "0badcafe-05"],
    ]);
  });

  it.each([
    ["a boot indicator that is none", disk({ 0: mbr([{ type: 1, start: 1, size: 1, boot: 7 }]) })],
    ["no signature", disk({})],
  ])("finds no table in a sector with %s", async (_, bytes) => {
    expect(await readPartitionTable(sourceOfBytes(bytes))).toBeUndefined();
  });

  it.each(["FAT12", "FAT16", "FAT32", "exfat", "ntfs"])(
    "does not take the boot sector of %s for an MBR",
    async (name) => {
      const recorded = readRecordedImages().find((image) => image.name === name);
      const image = recorded && unpack(recorded);

      expect(await readPartitionTable(sourceOf(image ?? { size: 0, parts: [] }))).toBeUndefined();
    },
  );

  it("leaves an md superblock at the end to the partition that it lies in", async () => {
    const [image] = handBuiltImages.filter(({ name }) => name === "a member of md 0.90");
    const { size, parts } = image ?? { size: 0, parts: [] };
    const whole = { type: 0xfd, start: 2048, size: size / 512 - 2048 };
    const half = { ...whole, size: 2048 };

    const covered = sourceOf({ size, parts: [...parts, [0, mbr([whole])]] });
    const uncovered = sourceOf({ size, parts: [...parts, [0, mbr([half])]] });

    expect(await identify(covered)).toBeUndefined();
    expect(await identify(uncovered)).toMatchObject({ type: "linux_raid_member" });
  });
});
