import { spawnSync } from "node:child_process";
import { type RootFilesLinux, type WantedOfRoot, readRootFiles } from "@earlyboot/initrd-init";
import { FileKind, SyscallError } from "@earlyboot/linux-syscalls";
import type { FileTree } from "@earlyboot/linux-syscalls/testing";
import { findProgram } from "../build/checker-programs.ts";

/** A file system of type ext2, ext3 or ext4 in a disk image, to be read. */
export interface Ext4Image {
  /** Its directories and inits, and what else is wanted of the root that it would be. */
  rootFiles(wanted: WantedOfRoot): FileTree;
  /** The beginning of a file; `undefined` where there is none. */
  beginningOf(path: string): Uint8Array | undefined;
}

/**
 * Opens a file system of type ext2, ext3 or ext4 in a disk image. Reads by debugfs(8), which needs no privilege;
 * `undefined` where that program is missing or cannot read the file system.
 */
export function openExt4(image: string, offset: bigint): Ext4Image | undefined {
  const program = findProgram("debugfs");
  if (program === undefined) return undefined;
  const ask = (command: string, path: string, maxBuffer = mostBytes) => {
    const request = `${command} "${path.replaceAll('"', '""')}"`;
    return spawnSync(program, ["-R", request, `${image}?offset=${offset}`], { maxBuffer }).stdout;
  };
  const files = ext4Files(ask);
  try {
    files.lstat("/");
  } catch {
    return undefined;
  }
  return {
    rootFiles: (wanted) => readRootFiles(files, "", wanted),
    beginningOf: (path) => {
      try {
        const { mode } = files.lstat(path);
        if ((mode & FileKind.Mask) !== FileKind.Regular) return undefined;
      } catch {
        return undefined;
      }
      return ask("cat", path, enoughToIdentify);
    },
  };
}

/** Where superblocks are: that of btrfs, at 64 KiB, is the last one. */
const enoughToIdentify = 1024 * 1024;

const mostBytes = 64 * 1024 * 1024;

const kinds: Readonly<Record<string, number>> = {
  directory: FileKind.Directory,
  regular: FileKind.Regular,
  symlink: FileKind.Link,
};

/** The files as calls of Linux, on top of debugfs's commands. */
function ext4Files(ask: (command: "cat" | "stat", path: string) => Buffer): RootFilesLinux {
  const statusText = (path: string) => ask("stat", path).toString();
  return {
    lstat: (path) => {
      const [, type = "", mode = ""] = /Type: (\w+) +Mode: +(\d+)/.exec(statusText(path)) ?? [];
      if (type === "") throw new SyscallError({ error: "ENOENT", syscall: "lstat", path });
      return { mode: (kinds[type] ?? 0) | Number.parseInt(mode, 8) };
    },
    // Of a long one the target is its content.
    readLink: (path) =>
      /Fast link dest: "(.*)"/.exec(statusText(path))?.[1] ?? ask("cat", path).toString(),
    readFile: (path) => ask("cat", path),
  };
}
