import { spawnSync } from "node:child_process";
import { type RootFilesLinux, type WantedOfRoot, readRootFiles } from "@earlyboot/initrd-init";
import { FileKind, SyscallError } from "@earlyboot/linux-syscalls";
import type { FileTree } from "@earlyboot/linux-syscalls/testing";
import { findProgram } from "../build/checker-programs.ts";

/**
 * What a file system of type ext2, ext3 or ext4 in a disk image says about the root that it would be: its
 * directories and inits, and what else is wanted. Reads by debugfs(8), which needs no privilege; `undefined`
 * where that program is missing or cannot read the file system.
 */
export function ext4RootFiles(
  image: string,
  offset: bigint,
  wanted: WantedOfRoot,
): FileTree | undefined {
  const program = findProgram("debugfs");
  if (program === undefined) return undefined;
  const ask = (request: string) =>
    spawnSync(program, ["-R", request, `${image}?offset=${offset}`], { maxBuffer: mostBytes })
      .stdout;
  const files = ext4Files((command, path) => ask(`${command} "${path.replaceAll('"', '""')}"`));
  try {
    files.lstat("/");
  } catch {
    return undefined;
  }
  return readRootFiles(files, "", wanted);
}

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
