import { describe, expect, it } from "@jest/globals";
import { asyncProperty, check, constantFrom, integer, oneof } from "fast-check";
import { identify, readPartitionTable, type Rejection } from "@earlyboot/block-devices";
import { handBuiltImages } from "./hand-built-images.ts";
import { mutated, overlay, patch } from "./mutations.ts";
import { readRecordedImages, sourceOf, unpack, type SparseImage } from "./recorded-images.ts";

const recorded = readRecordedImages();
const named = new Map<string, SparseImage>([
  ...recorded.map((each) => [each.name, unpack(each)] as const),
  ...handBuiltImages.map((each) => [each.name, each] as const),
]);
const mostBytes = 2 * 1024 * 1024;

function image(name: string): SparseImage {
  const found = named.get(name);
  if (found === undefined) throw new Error(`no recorded image "${name}"`);
  return found;
}

/** What is said, be it an error; anything but a declared error fails the test. */
async function answer(content: SparseImage): Promise<string> {
  const source = sourceOf(content);
  const type = await identify(source).then(
    (found) => found?.type ?? "nothing",
    (error: unknown) => codeOf(error),
  );
  expect(source.bytes).toBeLessThanOrEqual(mostBytes);
  const tables = sourceOf(content);
  await readPartitionTable(tables);
  expect(tables.bytes).toBeLessThanOrEqual(mostBytes);
  return type;
}

function codeOf(error: unknown): string {
  if (error instanceof Object && "code" in error && error.code === "AMBIGUOUS_CONTENT") {
    return error.code;
  }
  throw error;
}

describe("identify", () => {
  it.each(recorded)("knows $name", async ({ expected, ...content }) => {
    const found = await identify(sourceOf(unpack({ expected, ...content })));

    expect(found ?? {}).toEqual(expected);
  });

  it("says nothing about what is too small for anything", async () => {
    for (const size of [0, 1, 511, 512, 1024]) {
      expect(await answer({ size, parts: [] })).toBe("nothing");
    }
  });

  it("looks at members before the file systems that they show", async () => {
    const luks = overlay(image("ext4"), image("LUKS2"));

    expect(await answer(luks)).toBe("crypto_LUKS");
  });

  it.each([
    ["xfs", "reiserfs 3.6"],
    ["ext2", "UDF"],
    ["ext2", "btrfs"],
    ["ext2", "jfs"],
    ["FAT32", "btrfs"],
    ["ntfs", "jfs"],
    ["squashfs", "ext2"],
    ["ISO 9660", "ext2"],
  ])("refuses to choose between %s and %s", async (lower, upper) => {
    const both = overlay(image(lower), image(upper));

    await expect(identify(sourceOf(both))).rejects.toMatchObject({
      code: "AMBIGUOUS_CONTENT",
      candidates: [{ type: expect.any(String) }, { type: expect.any(String) }],
      message: expect.stringMatching(/^the device looks like \S+ and \S+ at once/),
    });
  });

  it("takes a disc that is both ISO 9660 and UDF for UDF", async () => {
    expect(await answer(image("ISO 9660 with UDF"))).toBe("udf");
  });

  it.each([
    ["ext4", 0x400 + 0x78],
    ["xfs", 108],
    ["btrfs", 0x1012b],
    ["btrfs with xxhash", 0x1012b],
    ["btrfs with sha256", 0x1012b],
    ["btrfs with blake2", 0x1012b],
    ["a member of md 0.90", 16 * 1024 * 1024 - 65536 + 0x14],
    ["a member of md 0.90 of the other byte order", 16 * 1024 * 1024 - 65536 + 0x14],
    ["erofs", 1024 + 64],
    ["nilfs2 with only its second superblock", 160 * 1024 * 1024 - 4096 + 0xa8],
    ["exfat", 100],
    ["cramfs", 48],
    ["what bcache caches", 4096 + 40],
  ])("does not believe %s with another byte at %i", async (name, place) => {
    const rejections: Rejection[] = [];
    const damaged = patch(image(name), place, [0x2a, 0x2b]);

    const found = await identify(sourceOf(damaged), {
      onRejected: (rejection) => rejections.push(rejection),
    });

    expect(found).toBeUndefined();
    expect(rejections).toMatchObject([{ why: "the checksum of its superblock is wrong" }]);
  });

  it("does not take a disc without a primary descriptor for ISO 9660", async () => {
    const rejections: Rejection[] = [];
    const onRejected = (rejection: Rejection) => void rejections.push(rejection);

    expect(
      await identify(sourceOf(patch(image("ISO 9660"), 0x8000, [3])), { onRejected }),
    ).toBeUndefined();
    expect(rejections).toMatchObject([{ rejected: "iso9660" }]);
  });

  it("takes a serial number of zeros for none", async () => {
    const found = await identify(sourceOf(patch(image("ntfs"), 0x48, [0, 0, 0, 0, 0, 0, 0, 0])));

    expect(found).toMatchObject({ type: "ntfs", label: "root" });
    expect(found).not.toHaveProperty("uuid");
  });

  it("says whether ext4 was unmounted", async () => {
    const plain = image("ext4 without checksums");
    const state = async (bits: number): Promise<string | undefined> =>
      (await identify(sourceOf(patch(plain, 0x43a, [bits, 0]))))?.state;

    expect([await state(1), await state(0), await state(3)]).toEqual(["clean", "dirty", "errors"]);
  });

  it("knows the devices of btrfs", async () => {
    const found = await identify(sourceOf(image("btrfs on two devices")));

    expect(found?.member).toEqual({
      devices: 2,
      subUuids: [found?.subUuid, "fc29719c-a931-4953-9f08-847b8b52a25a"],
    });
  });

  it.each([
    ["FAT32", fatDirectory],
    ["exfat", exfatDirectory],
  ])("ends the search for the label of %s in a directory without an end", async (name, place) => {
    const base = image(name);
    const { fat, cluster, start, length } = place(bootSectorOf(base));
    const link = [cluster, 0, 0, 0];
    const entries = Array.from({ length }, () => 0x21);
    const source = sourceOf(patch(patch(base, fat + cluster * 4, link), start, entries));

    const found = await identify(source);

    expect(found).not.toHaveProperty("label");
    expect(source.bytes).toBeLessThanOrEqual(512 * 1024);
  });

  it("passes on that the device could not be read", async () => {
    const source = { size: 4096n, read: () => Promise.reject(new Error("EIO")) };

    await expect(identify(source)).rejects.toThrow("EIO");
  });

  it("says when a device is shorter than it said", async () => {
    const source = { size: 4096n, read: () => new Uint8Array(100) };

    await expect(identify(source)).rejects.toMatchObject({ code: "SHORT_READ" });
  });

  it("does not change the bytes that it is given", async () => {
    const bytes = Buffer.alloc(64 * 1024 * 1024);
    for (const [offset, part] of image("f2fs with checksums").parts) bytes.set(part, offset);
    const before = Buffer.from(bytes);

    await identify({
      size: BigInt(bytes.length),
      read: (offset, length) => bytes.subarray(Number(offset), Number(offset) + length),
    });

    expect(bytes.equals(before)).toBe(true);
  });

  it("takes the second superblock of f2fs when the first is damaged", async () => {
    expect(await answer(patch(image("f2fs with checksums"), 0x400 + 0x7c, [0x2a]))).toBe("f2fs");
  });

  it("stays calm when an image is cut anywhere", async () => {
    const anyImage = constantFrom(...named.values());
    const lengths = oneof(
      integer({ min: 0, max: 0x11000 }),
      constantFrom(512, 1024, 1025, 1536, 2048, 4096, 4097, 0x8000, 0x8800, 0x10000, 0x10fff),
    );
    const cut = asyncProperty(anyImage, lengths, async (content, size) => {
      await answer({ ...content, size });
    });

    expect(await check(cut, { seed: 1, numRuns: 500 })).toMatchObject(calm);
  });

  it("stays calm when bytes are changed", async () => {
    const changed = asyncProperty(mutated(Array.from(named.values())), async (content) => {
      await answer(content);
    });

    expect(await check(changed, { seed: 2, numRuns: 1000 })).toMatchObject(calm);
  });

  it("stays calm when two images lie over each other", async () => {
    const anyImage = constantFrom(...named.values());
    const both = asyncProperty(anyImage, anyImage, async (lower, upper) => {
      await answer(overlay(lower, upper));
    });

    expect(await check(both, { seed: 3, numRuns: 500 })).toMatchObject(calm);
  });
});

/** Nothing was thrown but what is declared. */
const calm = { failed: false, counterexample: null, errorInstance: null };

/** Where a root directory is, and the table that links its cluster to others; all but the cluster in bytes. */
interface DirectoryPlace {
  readonly fat: number;
  readonly cluster: number;
  readonly start: number;
  readonly length: number;
}

function bootSectorOf({ parts }: SparseImage): DataView {
  const [, bytes = new Uint8Array()] = parts.find(([offset]) => offset === 0) ?? [];
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function fatDirectory(boot: DataView): DirectoryPlace {
  const cluster = boot.getUint32(0x2c, true);
  const length = boot.getUint8(0x0d) * 512;
  const fat = boot.getUint16(0x0e, true) * 512;
  const data = fat + boot.getUint8(0x10) * boot.getUint32(0x24, true) * 512;
  return { fat, cluster, start: data + (cluster - 2) * length, length };
}

function exfatDirectory(boot: DataView): DirectoryPlace {
  const cluster = boot.getUint32(96, true);
  const length = 512 * 2 ** boot.getUint8(109);
  const heap = boot.getUint32(88, true) * 512;
  return {
    fat: boot.getUint32(80, true) * 512,
    cluster,
    start: heap + (cluster - 2) * length,
    length,
  };
}
