/**
 * Writes test/fixtures/images-of-debian-12.json.gz anew: `pnpm record-images`, on a
 * machine that has the programs of image-recipes.ts.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { identify, readPartitionTable, type Source } from "@earlyboot/block-devices";
import { type RecordedImage, recordedImagesFile } from "../recorded-images.ts";
import { runShell } from "./blkid.ts";
import { imageRecipes, type Recipe } from "./image-recipes.ts";

const page = 4096;

async function record({ name, size, command }: Recipe, directory: string): Promise<RecordedImage> {
  const image = join(directory, "image");
  const line = `rm -f $F $F.*; { truncate -s ${size} $F && ${command}; } >/dev/null 2>&1`;
  runShell(line, { F: image, D: directory });
  const bytes = readFileSync(image);
  const pages = new Set<number>();
  const source: Source = {
    size: BigInt(statSync(image).size),
    read(offset, length) {
      const first = Math.floor(Number(offset) / page);
      for (let at = first; at * page < Number(offset) + length; at++) pages.add(at * page);
      return bytes.subarray(Number(offset), Number(offset) + length);
    },
  };
  const expected = (await identify(source)) ?? {};
  await readPartitionTable(source);
  const parts = Array.from(pages)
    .toSorted((a, b) => a - b)
    .map((offset) => [offset, bytes.subarray(offset, offset + page)] as const)
    .filter(([, part]) => part.some((byte) => byte !== 0))
    .map(([offset, part]) => [offset, part.toString("base64")] as const);
  return { name, size: bytes.length, parts, expected };
}

const directory = mkdtempSync(join(tmpdir(), "block-devices-"));
mkdirSync(join(directory, "tree"));
writeFileSync(join(directory, "tree", "file"), "content\n".repeat(500));
const images: RecordedImage[] = [];
const compressible = imageRecipes.filter(({ name }) => name !== "random bytes");
for (const recipe of compressible) images.push(await record(recipe, directory));
rmSync(directory, { recursive: true });
mkdirSync(new URL(".", recordedImagesFile), { recursive: true });
writeFileSync(recordedImagesFile, gzipSync(JSON.stringify(images), { level: 9 }));
