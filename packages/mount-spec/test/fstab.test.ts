import { describe, expect, it } from "@jest/globals";
import { errorCode } from "@earlyboot/linux-syscalls";
import {
  baseFileSystems,
  containerFileSystems,
  controlGroups,
  elogindFileSystems,
  fileSystem,
  formatFstab,
  parseFstab,
  type FileSystem,
} from "@earlyboot/mount-spec";
import * as fc from "fast-check";
import {
  counterexample,
  declare,
  fileSystems,
  formattableFileSystems,
  same,
} from "./arbitraries.ts";

/** The only file system of a line. */
function read(line: string): FileSystem | undefined {
  const { fileSystems: list, swaps, problems } = parseFstab(line);
  expect({ problems, swaps }).toEqual({ problems: [], swaps: [] });
  expect(list).toHaveLength(1);
  return list[0];
}

describe("parseFstab", () => {
  it("reads every column", () => {
    const line = "UUID=1234-abcd\t/boot  vfat\tro,umask=077,nofail  0 2";

    expect(read(line)).toEqual(
      fileSystem({
        device: { uuid: "1234-ABCD", kind: "fat" },
        mountPoint: "/boot",
        type: "vfat",
        flags: ["read-only"],
        options: "umask=077",
        mountMayFail: true,
      }),
    );
  });

  it.each([
    ["/dev/sda1 /a ext4", { device: { path: "/dev/sda1" } }],
    ["LABEL=home /a ext4", { device: { label: "home" } }],
    ['LABEL="my\\040home" /a ext4', { device: { label: "my home" } }],
    ["UUID=1234-ABCD /a exfat", { device: { uuid: "1234-ABCD", kind: "exfat" } }],
    ["PARTUUID=1234ABCD-01 /a ext4", { device: { partUuid: "1234abcd-01" } }],
    ["PARTLABEL=home /a ext4", { device: { partLabel: "home" } }],
    ["host:/srv /a nfs", { device: { nfs: { host: "host", path: "/srv" } } }],
    ["[fe80::1]:/srv /a nfs4", { device: { nfs: { host: "fe80::1", path: "/srv" } } }],
    ["share /a 9p", { device: { tag: "share" } }],
    ["share /a virtiofs", { device: { tag: "share" } }],
    ["tmpfs /a tmpfs", { device: { none: "tmpfs" } }],
    ["/srv /a none bind", { device: { path: "/srv" }, flags: ["bind-mount"] }],
  ])("reads the device of %s", (line, fields) => {
    expect(read(line)).toMatchObject(fields);
  });

  it.each([
    ["/dev/sda1 /a ext4", { flags: [], options: null, check: false }],
    ["/dev/sda1 /a ext4 defaults", { flags: [], options: null, check: false }],
    ["/dev/sda1 /a ext4 defaults 0", { check: false }],
    ["/dev/sda1 /a ext4 defaults 0 0", { check: false }],
    ["/dev/sda1 /a ext4 defaults 0 1", { check: true }],
    ["/dev/sda1 /a ext4 defaults 0 2", { check: true }],
    ["none /a tmpfs defaults 0 2", { check: false }],
    ["/dev/sda1 /a ext4 defaults 0 2 more words", { check: true }],
    ["/dev/sda1 /a ext4 defaults 0 2\r", { check: true }],
    ["/dev/sda1 /a ext4 noauto", { mount: false }],
    ["/dev/sda1 /a ext4 noauto,auto", { mount: true }],
    ["/dev/sda1 /a ext4 x-initrd.mount", { neededForBoot: true }],
    ["/dev/sda1 /a ext4 X-mount.mkdir=0700", { createMountPoint: true }],
    ["/dev/sda1 /a ext4 x-systemd.requires=crypt", { dependencies: ["crypt"] }],
    ["/dev/sda1 /a\\040b\\011c\\134\\043 ext4", { mountPoint: "/a b\tc\\#" }],
    ["/dev/sda1 /\\303\\251t\\303\\251 ext4", { mountPoint: "/été" }],
    ['/dev/sda1 /été ext4 context="a,b",ro', { options: 'context="a,b"' }],
  ])("reads %j", (line, fields) => {
    expect(read(line)).toMatchObject(fields);
  });

  it("passes over comments and empty lines", () => {
    const text = "# a comment\n\n \t \n   # another\n/dev/sda1 /a ext4 #no_comment\n";

    expect(parseFstab(text).problems).toEqual([]);
    expect(parseFstab(text).fileSystems.map(({ options }) => options)).toEqual(["#no_comment"]);
  });

  it("keeps swap apart", () => {
    const text = "/dev/sda1 none swap sw,pri=1 0 0\nLABEL=x none swap noauto,nofail\n";
    const { fileSystems: list, swaps } = parseFstab(text, "fstab");

    expect(list).toEqual([]);
    expect(swaps).toEqual([
      {
        device: { path: "/dev/sda1" },
        options: "sw,pri=1",
        mount: true,
        mountMayFail: false,
        location: { file: "fstab", line: 1, column: 1 },
      },
      {
        device: { label: "x" },
        options: null,
        mount: false,
        mountMayFail: true,
        location: { file: "fstab", line: 2, column: 1 },
      },
    ]);
  });

  it("tells where each file system is declared", () => {
    const [fs] = parseFstab("\n/dev/sda1 /a ext4\n", "/root/etc/fstab").fileSystems;

    expect(fs?.location).toEqual({ file: "/root/etc/fstab", line: 2, column: 1 });
  });

  it("finds dependencies by their mount points, wherever they stand", () => {
    const text = "/dev/a /a ext4 x-systemd.requires-mounts-for=/b/\n/dev/b /b ext4\n";
    const [a, b] = parseFstab(text).fileSystems;

    expect(a?.dependencies).toEqual([b]);
  });

  it.each([
    ["/dev/sda1", "names no mount point"],
    ["/dev/sda1 /a", "names no type"],
    ["/dev/sda1 /a ext4 ro x", '"x" is no number'],
    ["/dev/sda1 /a ext4 ro 0 2x", '"2x" is no number'],
    ["/dev/sda1 a ext4", 'mountPoint is "a"'],
    ["/dev/sda1 none ext4", 'mountPoint is "none"'],
    ["UUID=x /a ext4", 'UUID=x"'],
    ["LABEL= /a ext4", "something after LABEL="],
    ['LABEL="" /a ext4', "something after LABEL="],
    ["ID=x /a ext4", "ID="],
    ["/srv /a none", "bind-mount"],
    ['/dev/sda1 /a ext4 context="a,ro', "a quote in its options is never closed"],
    ["/dev/sda1 /a\\377 ext4", "not UTF-8"],
    ["/dev/sda1 /a\\000b ext4", "mountPoint"],
    ["/dev/sda1 /a ext4 move", "no declaration has the flag move"],
    ["/dev/sda1 /a ext4 x-systemd.requires-mounts-for=/a", "need each other"],
    ["/dev/sda1 /a ext4 x-systemd.requires-mounts-for=/a/b\n/dev/b /a/b ext4", "need each other"],
  ])("reports %j with its number and reason, and throws nothing", (line, reason) => {
    expect(parseFstab(`# first\n${line}`).problems).toEqual([
      { line: 2, text: line.split("\n")[0], reason: expect.stringContaining(reason) },
    ]);
  });

  it("reports a line at the end of a hundred that need each other", () => {
    const lines = Array.from(
      { length: 5000 },
      (_, index) => `none /${index} tmpfs x-systemd.requires-mounts-for=/${index + 1}`,
    );
    const { fileSystems: list, problems } = parseFstab(lines.join("\n"));

    expect(list).toHaveLength(5000);
    expect(problems[0]).toMatchObject({
      line: 101,
      reason: expect.stringContaining("100 lines before it need each other in a row"),
    });
  });

  it("never throws, and gives each line to one of its lists", () => {
    const word = fc.constantFrom(
      "/dev/a",
      "LABEL=x",
      "UUID=",
      "#",
      "/a",
      "/b",
      "ext4",
      "swap",
      "none",
      "ro,x",
      '"',
      "1",
      "\\040",
      "\\999",
      "\0",
      "\ufffd",
      "\r",
      "x-systemd.requires-mounts-for=/a",
      "-1",
      "=",
      ",",
    );
    const text = fc
      .array(fc.array(word, { maxLength: 7 }).map((words) => words.join(" ")))
      .map((lines) => lines.join("\n"));

    expect(
      counterexample(
        fc.property(text, (table) => {
          const { fileSystems: list, swaps, problems } = parseFstab(table);
          const told = new Set([
            ...list.map((fs) => fs.location?.line),
            ...swaps.map((swap) => swap.location.line),
            ...problems.map(({ line }) => line),
          ]);
          return table
            .split("\n")
            .every((line, index) => /^[ \t]*(#|\r?$)/.test(line) !== told.has(index + 1));
        }),
      ),
    ).toBeUndefined();
  });
});

describe("formatFstab", () => {
  it("writes lines as people do", () => {
    const root = fileSystem({ device: { label: "root" }, mountPoint: "/", type: "ext4" });
    const home = fileSystem({
      device: { uuid: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", kind: "dce" },
      mountPoint: "/my home",
      type: "btrfs",
      flags: ["no-suid", "no-atime"],
      options: "subvol=home",
      mountMayFail: true,
      dependencies: [root, "crypthome"],
    });

    expect(formatFstab([root, home]).split("\n")).toEqual([
      "LABEL=root / ext4 defaults 0 1",
      "UUID=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 /my\\040home btrfs " +
        "nosuid,noatime,nofail,x-systemd.requires-mounts-for=/,x-systemd.requires=crypthome," +
        "subvol=home 0 2",
      "",
    ]);
  });

  it("writes the well-known lists so that they are read as the same", () => {
    for (const list of [baseFileSystems, containerFileSystems, controlGroups, elogindFileSystems]) {
      expect(parseFstab(formatFstab(list)).fileSystems).toEqual(list);
    }
  });

  it("writes recursive binds and their propagation", () => {
    const fs = fileSystem({
      device: { path: "/srv" },
      mountPoint: "/a",
      type: "none",
      flags: ["bind-mount", "recursive", "slave", "shared"],
    });

    expect(formatFstab([fs])).toBe("/srv /a none rbind,rslave,rshared 0 0\n");
  });

  it("writes whatever people declare so that it is read as the same", () => {
    expect(
      counterexample(
        fc.property(fc.array(formattableFileSystems, { maxLength: 2 }), (list) => {
          const { fileSystems: again, problems } = parseFstab(formatFstab(list));
          return problems.length === 0 && same(again.map(comparable), list.map(comparable));
        }),
      ),
    ).toBeUndefined();
  });

  it("refuses the rest rather than write what is read otherwise", () => {
    let refused = 0;
    const numRuns = 10_000;

    expect(
      counterexample(
        fc.property(fileSystems, (fs) => {
          try {
            return same(parseFstab(formatFstab([fs])).fileSystems.map(comparable), [
              comparable(fs),
            ]);
          } catch (error) {
            refused++;
            return errorCode(error) === "UNWRITABLE_FSTAB";
          }
        }),
        numRuns,
      ),
    ).toBeUndefined();
    expect(refused).toBeLessThan(numRuns);
  });

  const fs = fileSystem({ device: { label: "x" }, mountPoint: "/a", type: "ext4" });

  it.each([
    [{ options: "ro" }, "its flags would be read otherwise"],
    [{ options: "a,,b" }, "its options would be read otherwise"],
    [{ options: 'a="b' }, "a quote in its options is never closed"],
    [{ flags: ["recursive"] }, "its flags would be read otherwise"],
    [{ device: { number: "8:1" } }, "its device would be read otherwise"],
    [{ device: { none: "/dev/a" } }, "its device would be read otherwise"],
    [{ dependencies: [fs], mountPoint: "/b" }, "its dependencies would be read otherwise"],
    [{ dependencies: ["a,b"] }, "its options would be read otherwise"],
  ] as const)("refuses %j and says why", (over, reason) => {
    const other = declare({ ...fs, ...over });

    expect(() => formatFstab([other])).toThrow(
      expect.objectContaining({
        code: "UNWRITABLE_FSTAB",
        fileSystem: other,
        message: expect.stringContaining(reason),
      }),
    );
  });
});

/** A declaration as text; of flags, the order does not matter, and the type tells that of a tag. */
function comparable(fs: FileSystem): string {
  const { tag } = fs.device;
  const device = tag === undefined ? fs.device : { tag };
  return JSON.stringify({ ...fs, device, flags: fs.flags.toSorted() });
}
