import { describe, expect, it } from "@jest/globals";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { C } from "../src/c-constants.ts";
import * as layouts from "../src/layouts.ts";
import type { Layout } from "../src/structure.ts";
import { systemCallNumbers } from "../src/system-call-numbers.ts";

/** Each structure, its C type, the C names of its fields; and its size, if the type's is another. */
const structures: readonly (readonly [
  structure: Layout,
  type: string,
  fields: Readonly<Record<string, string>>,
  size?: string,
])[] = [
  [
    layouts.statfs,
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
  [
    layouts.statx,
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
  [
    layouts.directoryEntry,
    "struct dirent64",
    { inode: "d_ino", length: "d_reclen", kind: "d_type" },
    "offsetof(struct dirent64, d_name)",
  ],
  [layouts.timespec, "struct timespec", { seconds: "tv_sec", nanoseconds: "tv_nsec" }],
  [
    layouts.netlinkAddress,
    "struct sockaddr_nl",
    { family: "nl_family", pid: "nl_pid", groups: "nl_groups" },
  ],
  [layouts.childInfo, "siginfo_t", { code: "si_code", pid: "si_pid", status: "si_status" }],
  [layouts.resourceLimit, "struct rlimit", { soft: "rlim_cur", hard: "rlim_max" }],
  [layouts.signalAction, "struct sigaction", { handler: "sa_handler", flags: "sa_flags" }],
  [layouts.signalSet, "sigset_t", { signals: "__val[0]" }],
  [layouts.spawnAttributes, "posix_spawnattr_t", {}],
  [layouts.spawnFileActions, "posix_spawn_file_actions_t", {}],
  [layouts.termios, "struct kernel_termios", { localFlags: "c_lflag" }],
  [layouts.windowSize, "struct winsize", { rows: "ws_row", columns: "ws_col" }],
  [
    layouts.loopConfig,
    "struct loop_config",
    { descriptor: "fd", offset: "info.lo_offset", flags: "info.lo_flags" },
  ],
  [layouts.btrfsArguments, "struct btrfs_ioctl_vol_args", { descriptor: "fd" }],
  [layouts.interfaceRequest, "struct ifreq", { flags: "ifr_flags", family: "ifr_addr.sa_family" }],
  [layouts.routeEntry, "struct rtentry", { flags: "rt_flags", device: "rt_dev" }],
];

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
#include <linux/io_uring.h>
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
function claims(architecture: "arm64" | "x64"): [expression: string, value: number][] {
  const list: [string, number][] = [];
  for (const [name, value] of Object.entries(C)) {
    list.push([name === "SIG_IGN" ? "SIG_IGN_NUMBER" : name, value]);
  }
  for (const [structure, type, fields, sizeOf = `sizeof(${type})`] of structures) {
    const { size, fields: layout } = structure;
    list.push([sizeOf, size]);
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
  for (const [name, numbers] of Object.entries(systemCallNumbers)) {
    list.push([`SYS_${name}`, numbers[architecture === "arm64" ? 1 : 0]]);
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

const emulator = "qemu-aarch64-static";
const cross = "aarch64-linux-gnu-gcc";
const onX64 = process.arch === "x64" && hasProgram("gcc") ? describe : describe.skip;
const onArm64 = hasProgram(cross) && hasProgram(emulator) ? describe : describe.skip;

onX64("layouts, constants and numbers (needs gcc on x64)", () => {
  it("agree with the headers of x64", () => {
    expect(disagreements("gcc", claims("x64"))).toBe("");
  });

  it("are told apart when they disagree", () => {
    expect(disagreements("gcc", [["sizeof(int)", 5]])).toBe("sizeof(int) is 4, not 5\n");
  });
});

onArm64(`layouts, constants and numbers (needs ${cross} and ${emulator})`, () => {
  it("agree with the headers of arm64", () => {
    expect(disagreements(cross, claims("arm64"), [emulator])).toBe("");
  });
});
