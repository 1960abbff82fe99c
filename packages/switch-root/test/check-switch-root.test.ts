import { describe, expect, it } from "@jest/globals";
import { makedev, MountFlag } from "@earlyboot/linux-syscalls";
import { elfFile, type FileTree } from "@earlyboot/linux-syscalls/testing";
import { checkSwitchRoot } from "@earlyboot/switch-root";

import { goodRoot, program, script, startMachine } from "./machine.ts";

it("finds no reason against a root with an init, seen from an initramfs", () => {
  expect(checkSwitchRoot(startMachine(), "/root", "/sbin/init")).toEqual([]);
});

it("changes nothing", () => {
  const linux = startMachine({ root: {} });
  const before = linux.calls.length;

  checkSwitchRoot(linux, "/root", "/sbin/init");

  expect(linux.calls.length).toBe(before);
});

it("takes one of the kernel's inits when none is named, and none for null", () => {
  const { "/sbin/init": init = "", ...rootWithout } = goodRoot;

  expect(
    checkSwitchRoot(startMachine({ root: { ...rootWithout, "/bin/init": init } }), "/root"),
  ).toEqual([]);
  expect(checkSwitchRoot(startMachine({ root: rootWithout }), "/root", null)).toEqual([]);
  expect(checkSwitchRoot(startMachine({ root: rootWithout }), "/root")).toEqual([
    "no init to become in /root: /sbin/init: /sbin: no such file or directory; " +
      "/etc/init: no such file or directory; /bin/init: /bin: no such file or directory; " +
      "/bin/sh: /bin: no such file or directory",
  ]);
});

it("refuses any process but the first", () => {
  expect(checkSwitchRoot(startMachine({ pid: 300 }), "/root")).toEqual([
    "this is process 300; only process 1 may switch the root",
  ]);
});

it("refuses to leave what is no initramfs", () => {
  const linux = startMachine();
  linux.chroot("/root");
  linux.chdir("/");
  const reasons = checkSwitchRoot(linux, "/", "/sbin/init");

  expect(reasons).toEqual([
    "/ is no initramfs: its file system is 0xef53, not ramfs or tmpfs",
    "/ does not hold the /init of an initramfs: ENOENT: no such file or directory, stat '/init'",
    expect.stringMatching(/^\/ is on the same device as \/, \d+:\d+: no other root is mounted$/),
    expect.stringContaining("the mounts cannot be read: ENOENT"),
    expect.stringContaining("the real init cannot be looked for: ENOENT"),
  ]);
});

it.each(["tmpfs", "ramfs"] as const)("knows an initramfs of type %s", (rootType) => {
  expect(checkSwitchRoot(startMachine({ rootType }), "/root")).toEqual([]);
});

it("refuses an /init that is not a regular file", () => {
  const linux = startMachine({ files: { "/init": { kind: "directory" } } });

  expect(checkSwitchRoot(linux, "/root")).toEqual(["/init is not a regular file"]);
});

describe("of the new root", () => {
  it.each([
    [
      "/nowhere",
      ["/nowhere cannot be the root: ENOENT: no such file or directory, stat '/nowhere'"],
    ],
    ["root", ["root is not an absolute path"]],
    ["/init", ["/init is not a directory"]],
  ])("refuses %s", (newRoot, reasons) => {
    expect(checkSwitchRoot(startMachine(), newRoot, "/sbin/init")).toEqual(reasons);
  });

  it("takes slashes at its end", () => {
    expect(checkSwitchRoot(startMachine(), "/root//", "/sbin/init")).toEqual([]);
  });

  it("refuses a directory of the initramfs", () => {
    const linux = startMachine({ files: { "/other/sbin/init": program() } });

    expect(checkSwitchRoot(linux, "/other", "/sbin/init")).toEqual([
      expect.stringMatching(
        /^\/other is on the same device as \/, 0:\d+: no other root is mounted$/,
      ),
      "/other is not a mount point",
    ]);
  });

  it("refuses a directory below the mount point, though it is on another device", () => {
    const root = Object.fromEntries(
      Object.entries(goodRoot).map(([path, file]) => [`/os${path}`, file]),
    );

    expect(checkSwitchRoot(startMachine({ root }), "/root/os", "/sbin/init")).toEqual([
      "/root/os is not a mount point",
    ]);
  });

  it("refuses a mount point below one that moves into it", () => {
    const linux = startMachine();
    linux.mkdir("/run/new");
    linux.mount({
      source: "/dev/vda",
      target: "/run/new",
      type: "ext4",
      flags: MountFlag.ReadOnly,
    });

    expect(checkSwitchRoot(linux, "/run/new", null)).toEqual([
      "/run/new is below /run, which itself moves",
    ]);
  });

  it("names each directory that is missing on a read-only root", () => {
    const root = { "/sbin/init": program(), "/dev": { kind: "directory" } } as const;

    expect(checkSwitchRoot(startMachine({ root }), "/root")).toEqual(
      ["/proc", "/sys", "/run"].map(
        (name) =>
          `/root${name} is missing and cannot be made: EROFS: read-only file system, access '/root'`,
      ),
    );
  });

  it("does not mind that they are missing on a writable root", () => {
    const root = { "/sbin/init": program() };

    expect(checkSwitchRoot(startMachine({ root, flags: 0 }), "/root")).toEqual([]);
  });

  it("refuses a link in place of one, which would lead out of the new root", () => {
    const root: FileTree = { ...goodRoot, "/run": { kind: "link", target: "/var/run" } };

    expect(checkSwitchRoot(startMachine({ root, flags: 0 }), "/root")).toEqual([
      "/root/run is not a directory, so /run cannot move there",
    ]);
  });
});

describe("of the init", () => {
  const long = "x".repeat(300);

  it.each<[name: string, files: FileTree]>([
    ["a program", { "/i": program() }],
    ["a program with an interpreter", { "/i": program("/lib/ld.so") }],
    ["an absolute link", { "/i": { kind: "link", target: "/sbin/init" } }],
    ["a relative link", { "/i": { kind: "link", target: "sbin/../sbin/./init" } }],
    ["a link above the root", { "/i": { kind: "link", target: "../../../sbin/init" } }],
    [
      "links one after another",
      { "/i": { kind: "link", target: "/j" }, "/j": { kind: "link", target: "/sbin/init" } },
    ],
    [
      "a linked directory",
      { "/i": { kind: "link", target: "/d/init" }, "/d": { kind: "link", target: "sbin" } },
    ],
    ["a script", { "/i": script("#!/lib/ld.so") }],
    ["a script with blanks and an argument", { "/i": script("#! \t /lib/ld.so -x  ") }],
    [
      "a script of one unfinished line",
      { "/i": { kind: "file", mode: 0o755, content: "#!/lib/ld.so" } },
    ],
    ["a script with a long comment", { "/i": script(`#!/lib/ld.so ${long}`) }],
    ["five scripts in a row", { ...chain(5), "/lib/ld.so": program("/ld"), "/ld": program() }],
  ])("takes %s", (_, files) => {
    const linux = startMachine({ root: { ...goodRoot, ...files } });

    expect(checkSwitchRoot(linux, "/root", "/i")).toEqual([]);
  });

  it.each<[name: string, files: FileTree, reason: string]>([
    ["that is missing", {}, "/i: no such file or directory"],
    ["that is a directory", { "/i": { kind: "directory" } }, "/i: is not a regular file"],
    [
      "that is a device",
      { "/i": { kind: "character", device: makedev(1, 3) } },
      "/i: is not a regular file",
    ],
    [
      "below a file",
      { "/i": { kind: "link", target: "/sbin/init/x" } },
      "/i: /sbin/init: not a directory",
    ],
    [
      "whose link ends in the initramfs only",
      { "/i": { kind: "link", target: "/node" } },
      "/i: /node: no such file or directory",
    ],
    [
      "whose link dangles",
      { "/i": { kind: "link", target: "usr/lib/x" } },
      "/i: /usr: no such file or directory",
    ],
    [
      "that links to itself",
      { "/i": { kind: "link", target: "i" } },
      "/i: too many levels of symbolic links",
    ],
    [
      "without the x bit",
      { "/i": { kind: "file", mode: 0o644 } },
      "/i: may not be executed: its mode is 644",
    ],
    ["that is empty", { "/i": { kind: "file", mode: 0o755 } }, "/i: is empty"],
    [
      "that is no program",
      { "/i": script("hello") },
      "/i: is neither an ELF program nor a script that begins with #!",
    ],
    [
      "whose ELF interpreter is missing",
      { "/i": program("/lib64/ld.so") },
      "/i needs /lib64/ld.so: /lib64: no such file or directory",
    ],
    [
      "whose interpreter is missing",
      { "/i": script("#!/bin/bash") },
      "/i needs /bin/bash: /bin: no such file or directory",
    ],
    [
      "whose interpreter's loader is missing",
      { "/i": script("#!/b"), "/b": program("/ld") },
      "/i needs /b needs /ld: no such file or directory",
    ],
    [
      "whose interpreter must not be executed",
      { "/i": script("#!/b"), "/b": { kind: "file", mode: 0o600 } },
      "/i needs /b: may not be executed: its mode is 600",
    ],
    [
      "whose #! line names nothing",
      { "/i": script("#!  ") },
      "/i: has a #! line that names no interpreter",
    ],
    [
      "whose interpreter's name is too long",
      { "/i": script(`#!/${long}`) },
      "/i: has a #! line of more than 255 bytes",
    ],
    [
      "that is one script too many",
      chain(6),
      "/i needs /i1 needs /i2 needs /i3 needs /i4 needs /i5: is one script more than the kernel follows",
    ],
  ])("refuses one %s", (_, files, reason) => {
    const linux = startMachine({ root: { ...goodRoot, ...files } });

    expect(checkSwitchRoot(linux, "/root", "/i")).toEqual([
      `no init to become in /root: ${reason}`,
    ]);
  });

  it("refuses one on a file system that is mounted noexec", () => {
    const flags = MountFlag.ReadOnly | MountFlag.NoExec;

    expect(checkSwitchRoot(startMachine({ flags }), "/root", "/sbin/init")).toEqual([
      "no init to become in /root: /sbin/init: may not be executed: permission denied; is it mounted noexec?",
    ]);
  });

  it("looks through mounts inside the new root", () => {
    const linux = startMachine({ root: { ...goodRoot, "/usr": { kind: "directory" } } });
    linux.mount({ source: "usr", target: "/root/usr", type: "tmpfs" });
    linux.writeFile("/root/usr/init", "#!/lib/ld.so\n", { mode: 0o755 });

    expect(checkSwitchRoot(linux, "/root", "/usr/init")).toEqual([]);
  });

  it("looks below /run where it is now, for it moves", () => {
    const linux = startMachine();
    linux.writeFile("/run/init", "#!/lib/ld.so\n", { mode: 0o755 });

    expect(checkSwitchRoot(linux, "/root", "/run/init")).toEqual([]);
  });

  it("escapes what a disk could carry to the console", () => {
    const root: FileTree = { ...goodRoot, "/i": { kind: "link", target: "/\u001b[2J" } };

    expect(checkSwitchRoot(startMachine({ root }), "/root", "/i")).toEqual([
      String.raw`no init to become in /root: /i: /\x1b[2J: no such file or directory`,
    ]);
  });
});

it("gives a reason or none for whatever bytes a program is made of", () => {
  const linux = startMachine({ flags: 0 });
  const good = elfFile({ interpreter: "/lib/ld.so" });
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const answers = Array.from({ length: 400 }, () => {
    const bytes = good.slice(0, random(4) === 0 ? random(good.length) : good.length);
    for (let changes = random(4); changes >= 0 && bytes.length > 0; changes--) {
      bytes[4 + random(bytes.length - 4)] = random(3) === 0 ? 0xff : random(256);
    }
    linux.writeFile("/root/i", bytes, { mode: 0o755 });
    return checkSwitchRoot(linux, "/root", "/i");
  });

  expect(answers.filter((reasons) => reasons.length > 1)).toEqual([]);
  expect(
    answers.flat().every((reason) => reason.startsWith("no init to become in /root: /i")),
  ).toBe(true);
  expect(answers.some((reasons) => reasons.length === 0)).toBe(true);
});

it("lists all reasons together", () => {
  const linux = startMachine({ pid: 2, root: {}, files: { "/init": { kind: "directory" } } });

  expect(checkSwitchRoot(linux, "/root", "/sbin/init")).toEqual([
    "this is process 2; only process 1 may switch the root",
    "/init is not a regular file",
    expect.stringContaining("/root/dev is missing"),
    expect.stringContaining("/root/proc is missing"),
    expect.stringContaining("/root/sys is missing"),
    expect.stringContaining("/root/run is missing"),
    "no init to become in /root: /sbin/init: /sbin: no such file or directory",
  ]);
});

/** Scripts, each the interpreter of the one before it; the last is run by a program. */
function chain(length: number): FileTree {
  return Object.fromEntries(
    Array.from({ length }, (_, index) => {
      const next = index === length - 1 ? "/lib/ld.so" : `/i${index + 1}`;
      return [index === 0 ? "/i" : `/i${index}`, script(`#!${next}`)];
    }),
  );
}
