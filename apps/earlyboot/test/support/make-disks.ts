import { spawnSync } from "node:child_process";
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename } from "node:path";
import { fillScratchTree, makeScratchRoot, type ScratchTree } from "@earlyboot/earlyboot";
import { scratchFile } from "./boot-guest.ts";
import type { DiskContent } from "./scenario.ts";

/** Runs a program that must succeed. */
export function run(program: string, words: readonly string[], input?: string): string {
  const path = `${process.env["PATH"]}:/usr/sbin:/sbin`;
  const result = spawnSync(program, words, {
    input,
    encoding: "utf8",
    env: { ...process.env, PATH: path },
  });
  if (result.status === 0) return result.stdout;
  throw new Error(`${program} ${words.join(" ")}: ${result.error?.message ?? result.stderr}`);
}

/** Makes the disk of a scenario in `file`, unless a function makes it elsewhere; gives its path. */
export async function makeDisk(content: DiskContent, file: string): Promise<string> {
  if (typeof content === "function") return content();
  if ("type" in content) {
    const { type, bytes = {}, ...options } = content;
    const image = await makeRootOfType(type, options);
    for (const [offset, part] of Object.entries(bytes)) writeAt(image, Number(offset), part);
    return image;
  }
  if ("table" in content) {
    const partitions: PartitionContent[] = [];
    for (const [index, { partUuid, partLabel, ...root }] of content.partitions.entries()) {
      const part = `${file}-part${index}`;
      await makeScratchRoot({ ...root, file: part });
      partitions.push({ file: part, uuid: partUuid, name: partLabel });
    }
    return makePartitionedDisk(content.table, partitions, content.id, basename(file));
  }
  await makeScratchRoot({ ...content.ext4, file });
  if (content.debugfs !== undefined) debugfs(file, ...content.debugfs);
  return file;
}

/** Changes a file system of ext4 in its image; see debugfs(8). */
function debugfs(file: string, ...commands: readonly string[]): void {
  run("debugfs", ["-w", "-f", "-", file], `${commands.join("\n")}\n`);
}

/** A partition, with the image file that it holds. */
export interface PartitionContent {
  readonly file: string;
  readonly uuid?: string | undefined;
  readonly name?: string | undefined;
}

const mebibyte = 1024 * 1024;

/** Makes a disk of partitions, each of them as large as its content. */
export function makePartitionedDisk(
  table: "gpt" | "dos",
  partitions: readonly PartitionContent[],
  diskId: string,
  name = "disk",
): string {
  const disk = scratchFile(name);
  writeFileSync(disk, "");
  let start = 1;
  const places = partitions.map(({ file }) => {
    const size = Math.ceil(statSync(file).size / mebibyte);
    const place = { start, size };
    start += size;
    return place;
  });
  truncateSync(disk, (start + 1) * mebibyte);
  const lines = partitions.map(({ uuid, name: label }, index) => {
    const place = places[index];
    const id = uuid === undefined ? "" : `, uuid=${uuid}`;
    const called = label === undefined ? "" : `, name="${label}"`;
    return `start=${place?.start}MiB, size=${place?.size}MiB${id}${called}`;
  });
  run("sfdisk", ["-q", disk], `label: ${table}\nlabel-id: ${diskId}\n${lines.join("\n")}\n`);
  const out = openSync(disk, "r+");
  for (const [index, { file }] of partitions.entries()) {
    writeSync(out, readFileSync(file), 0, undefined, (places[index]?.start ?? 0) * mebibyte);
  }
  closeSync(out);
  return disk;
}

/** What a root of any type holds, and its label: `root`, unless another is given. */
export interface RootOfType extends ScratchTree {
  readonly label?: string;
}

/** Makes a root file system of any type that a program of this machine can fill without being root. */
export async function makeRootOfType(type: string, options: RootOfType = {}): Promise<string> {
  const { label = "root", ...tree } = options;
  const directory = scratchFile(`tree-${type}`);
  mkdirSync(directory);
  await fillScratchTree(directory, tree);
  const image = scratchFile(`root.${type}`);
  makers[type]?.(directory, image, label);
  return image;
}

const makers: Readonly<Record<string, (tree: string, image: string, label: string) => void>> = {
  btrfs: (tree, image, label) => {
    sized(image, 160);
    run("mkfs.btrfs", ["-q", "-L", label, "--rootdir", tree, image]);
  },
  xfs: (tree, image, label) => {
    sized(image, 320);
    run("mkfs.xfs", ["-q", "-L", label, "-p", protoFile(tree), image]);
  },
  f2fs: (tree, image, label) => {
    sized(image, 128);
    run("mkfs.f2fs", ["-q", "-l", label, image]);
    run("sload.f2fs", ["-f", tree, image]);
  },
  vfat: (tree, image, label) => {
    sized(image, 64);
    run("mkfs.vfat", ["-F", "32", "-n", label, image]);
    // FAT has no links: what they point at stands in their place.
    const copy = scratchFile("tree-without-links");
    run("cp", ["-rL", tree, copy]);
    const names = readdirSync(copy).map((name) => `${copy}/${name}`);
    run("mcopy", ["-s", "-i", image, ...names, "::"]);
  },
  squashfs: (tree, image) => run("mksquashfs", [tree, image, "-quiet", "-noappend", "-all-root"]),
  erofs: (tree, image) => run("mkfs.erofs", ["--all-root", image, tree]),
  iso9660: (tree, image, label) =>
    run("genisoimage", ["-quiet", "-R", "-V", label, "-o", image, tree]),
};

/** Overwrites a part of a file. */
function writeAt(file: string, offset: number, bytes: Uint8Array) {
  const out = openSync(file, "r+");
  writeSync(out, bytes, 0, undefined, offset);
  closeSync(out);
}

function sized(image: string, mebibytes: number) {
  writeFileSync(image, "");
  truncateSync(image, mebibytes * mebibyte);
}

/** What xfs is filled from: a list of names with modes, see mkfs.xfs(8). */
function protoFile(tree: string): string {
  const file = scratchFile("proto");
  const copy = scratchFile("proto-files");
  cpSync(tree, copy, { recursive: true });
  const list = (directory: string): string[] =>
    run("find", [directory, "-mindepth", "1", "-maxdepth", "1", "-printf", "%y %f %l\n"])
      .split("\n")
      .filter((line) => line !== "")
      .flatMap((line) => {
        const [kind, name, target = ""] = line.split(" ");
        const path = `${directory}/${name}`;
        if (kind === "d") return [`${name} d--755 0 0`, ...list(path), "$"];
        return [kind === "l" ? `${name} l--777 0 0 ${target}` : `${name} ---755 0 0 ${path}`];
      });
  writeFileSync(file, `${["/", "0 0", "d--755 0 0", ...list(copy), "$"].join("\n")}\n`);
  return file;
}
