import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runProgram } from "../run-program.ts";
import { findStaticBusybox } from "./static-busybox.ts";
import { scratchInit } from "./scratch-init.ts";

/** What a scratch root holds besides a static busybox. */
export interface ScratchTree {
  /** The text of `/sbin/init`; default {@link scratchInit}. */
  readonly init?: string;
  /** Further executable files: path to text. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A root file system to boot into, made without being root. */
export interface ScratchRoot extends ScratchTree {
  /** The image file to make. */
  readonly file: string;
  /** Default `earlyboot-root`. */
  readonly label?: string;
  /** Default: a random one. */
  readonly uuid?: string;
  /** Default 48. */
  readonly mebibytes?: number;
}

/** The label of a scratch root that names no other. */
export const scratchLabel = "earlyboot-root";

const directories = [
  "bin",
  "dev",
  "etc",
  "mnt",
  "proc",
  "root",
  "run",
  "sbin",
  "sys",
  "tmp",
  "var",
];

/** Makes an ext4 image with a static busybox and an init that tells what it sees. */
export async function makeScratchRoot(root: ScratchRoot): Promise<void> {
  const tree = await mkdtemp(join(tmpdir(), "earlyboot-root-"));
  try {
    await fillScratchTree(tree, root);
    await makeExt4(tree, root);
  } finally {
    await rm(tree, { recursive: true });
  }
}

/** Fills a directory with what a scratch root holds. */
export async function fillScratchTree(
  tree: string,
  { init = scratchInit, files = {} }: ScratchTree,
): Promise<void> {
  for (const name of directories) await mkdir(join(tree, name), { mode: 0o755 });
  await copyFile(await findStaticBusybox(), join(tree, "bin/busybox"));
  await chmod(join(tree, "bin/busybox"), 0o755);
  await symlink("busybox", join(tree, "bin/sh"));
  await writeExecutable(tree, "/sbin/init", init);
  for (const [path, text] of Object.entries(files)) await writeExecutable(tree, path, text);
}

async function writeExecutable(tree: string, path: string, text: string) {
  await mkdir(dirname(join(tree, path)), { recursive: true });
  await writeFile(join(tree, path), text);
  await chmod(join(tree, path), 0o755);
}

async function makeExt4(tree: string, root: ScratchRoot) {
  const label = ["-L", root.label ?? scratchLabel];
  const uuid = root.uuid === undefined ? [] : ["-U", root.uuid];
  const content = ["-b", "4096", "-d", tree, "-E", "root_owner=0:0", "-m", "0"];
  const size = `${root.mebibytes ?? 48}M`;
  await runProgram("mke2fs", [
    "-q",
    "-F",
    "-t",
    "ext4",
    ...label,
    ...uuid,
    ...content,
    root.file,
    size,
  ]);
}
