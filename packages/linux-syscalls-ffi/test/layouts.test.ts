import { describe, expect, it } from "@jest/globals";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { C } from "../src/c-constants.ts";
import * as layouts from "../src/layouts.ts";
import { signatures } from "../src/signatures.ts";
import { systemCallNumber } from "../src/system-call-numbers.ts";

type LayoutName = Exclude<keyof typeof layouts, "loopFileName">;

/** The C name of each structure, and of its fields where the size of one is to be compared. */
const structures: Record<LayoutName, readonly [type: string, fields: Record<string, string>]> = {
  statfs: [
    "struct statfs",
    {
      type: "f_type",
      blockSize: "f_bsize",
      blocks: "f_blocks",
      blocksFree: "f_bfree",
      blocksAvailable: "f_bavail",
      files: "f_files",
      filesFree: "f_ffree",
      flags: "f_flags",
    },
  ],
  statx: [
    "struct statx",
    {
      links: "stx_nlink",
      uid: "stx_uid",
      gid: "stx_gid",
      mode: "stx_mode",
      inode: "stx_ino",
      size: "stx_size",
      modifiedSeconds: "stx_mtime.tv_sec",
      modifiedNanoseconds: "stx_mtime.tv_nsec",
      rdevMajor: "stx_rdev_major",
      rdevMinor: "stx_rdev_minor",
      deviceMajor: "stx_dev_major",
      deviceMinor: "stx_dev_minor",
    },
  ],
  directoryEntry: ["struct dirent64", { inode: "d_ino", length: "d_reclen", kind: "d_type" }],
  timespec: ["struct timespec", { seconds: "tv_sec", nanoseconds: "tv_nsec" }],
  netlinkAddress: [
    "struct sockaddr_nl",
    { family: "nl_family", pid: "nl_pid", groups: "nl_groups" },
  ],
  childInfo: ["siginfo_t", { code: "si_code", pid: "si_pid", status: "si_status" }],
  resourceLimit: ["struct rlimit", { soft: "rlim_cur", hard: "rlim_max" }],
  signalAction: ["struct sigaction", { handler: "sa_handler", flags: "sa_flags" }],
  signalSet: ["sigset_t", { signals: "__val[0]" }],
  spawnAttributes: ["posix_spawnattr_t", {}],
  spawnFileActions: ["posix_spawn_file_actions_t", {}],
  termios: ["struct kernel_termios", { localFlags: "c_lflag" }],
  windowSize: ["struct winsize", { rows: "ws_row", columns: "ws_col" }],
  loopConfig: [
    "struct loop_config",
    { descriptor: "fd", offset: "info.lo_offset", flags: "info.lo_flags" },
  ],
  btrfsArguments: ["struct btrfs_ioctl_vol_args", { descriptor: "fd" }],
  interfaceRequest: ["struct ifreq", { flags: "ifr_flags", family: "ifr_addr.sa_family" }],
  routeEntry: ["struct rtentry", { flags: "rt_flags", device: "rt_dev" }],
};

/** Structures whose size is not the C type's: the name that follows does not count. */
const sizes: Partial<Record<LayoutName, string>> = {
  directoryEntry: "offsetof(struct dirent64, d_name)",
};

const bytesOf = { i32: 4, u8: 1, u16: 2, u32: 4, u64: 8 } as const;

/** The headers' own; the termios of the C library is not the kernel's. */
const headers = `
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <net/if.h>
#include <net/route.h>
#include <linux/btrfs.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#define ECHO 0000010
#define ICANON 0000002
#define ISIG 0000001
struct kernel_termios {
  unsigned c_iflag, c_oflag, c_cflag, c_lflag;
  unsigned char c_line, c_cc[19];
};
#define SIG_IGN_NUMBER ((long)SIG_IGN)
`;

/** What every machine must agree with: a C expression, and its value. */
function claims(architecture: string): [expression: string, value: number][] {
  const list: [string, number][] = [];
  for (const [name, value] of Object.entries(C)) {
    list.push([name === "SIG_IGN" ? "SIG_IGN_NUMBER" : name, value]);
  }
  for (const name of Object.keys(structures) as LayoutName[]) {
    const [type, fields] = structures[name];
    const { size, fields: layout } = layouts[name];
    list.push([sizes[name] ?? `sizeof(${type})`, size]);
    for (const [field, [offset, kind]] of Object.entries(layout)) {
      list.push([`offsetof(${type}, ${fields[field]})`, offset]);
      list.push([`sizeof(((${type} *)0)->${fields[field]})`, bytesOf[kind]]);
    }
  }
  list.push(["offsetof(struct loop_config, info.lo_file_name)", layouts.loopFileName]);
  list.push(["offsetof(struct btrfs_ioctl_vol_args, name)", 8]);
  list.push(["offsetof(struct rtentry, rt_dst)", 8], ["offsetof(struct rtentry, rt_gateway)", 24]);
  list.push(["offsetof(struct rtentry, rt_genmask)", 40], ["sizeof(struct pollfd)", 8]);
  list.push(["offsetof(struct pollfd, revents)", 6], ["offsetof(struct ifreq, ifr_addr)", 16]);
  for (const name of Object.keys(signatures) as (keyof typeof signatures)[]) {
    const number = systemCallNumber(name, architecture);
    if (number !== undefined) list.push([`SYS_${name}`, number]);
  }
  return list;
}

/** A program that prints each claim which does not hold; 32 bits compare, as ioctl(2) takes them. */
function program(list: readonly (readonly [string, number])[]): string {
  const lines = list.map(
    ([expression, value]) =>
      `if ((int)(${expression}) != (int)${value}L) printf("%s is %ld, not ${value}\\n", "${expression}", (long)(${expression}));`,
  );
  return `${headers}\nint main(void) {\n${lines.join("\n")}\nreturn 0;\n}\n`;
}

function hasProgram(name: string): boolean {
  return spawnSync(name, ["--version"]).error === undefined;
}

/** Compiles and runs the program; gives what it prints. */
function disagreements(
  compiler: string,
  list: readonly (readonly [string, number])[],
  run: readonly string[] = [],
): string {
  const directory = mkdtempSync(join(tmpdir(), "layouts-"));
  try {
    const [source, binary] = [join(directory, "probe.c"), join(directory, "probe")];
    writeFileSync(source, program(list));
    execFileSync(compiler, ["-static", "-o", binary, source], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    return execFileSync(run[0] ?? binary, [...run.slice(1), ...(run.length > 0 ? [binary] : [])], {
      encoding: "utf8",
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe("the structures, constants and system call numbers", () => {
  const native = process.arch === "x64" && hasProgram("gcc") ? it : it.skip;
  native("agree with the headers of x64 (needs gcc on x64)", () => {
    expect(disagreements("gcc", claims("x64"))).toBe("");
  });

  const emulator = "qemu-aarch64-static";
  const cross = "aarch64-linux-gnu-gcc";
  const foreign = hasProgram(cross) && hasProgram(emulator) ? it : it.skip;
  foreign(`agree with the headers of arm64 (needs ${cross} and ${emulator})`, () => {
    expect(disagreements(cross, claims("arm64"), [emulator])).toBe("");
  });

  native("are told apart when they disagree (needs gcc on x64)", () => {
    expect(disagreements("gcc", [["sizeof(int)", 5]])).toBe("sizeof(int) is 4, not 5\n");
  });
});
