import { describe, expect, it } from "@jest/globals";
import { fileSystem, type FileSystemDeclaration } from "@earlyboot/mount-spec";

const home: FileSystemDeclaration = {
  device: { label: "home" },
  mountPoint: "/home",
  type: "ext4",
};

/** What a caller without types may pass. */
function untyped(declaration: unknown): FileSystemDeclaration {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- to be wrong is the purpose
  return declaration as FileSystemDeclaration;
}

describe("fileSystem", () => {
  it("fills the defaults", () => {
    expect(fileSystem(home)).toEqual({
      device: { label: "home" },
      mountPoint: "/home",
      type: "ext4",
      flags: [],
      options: null,
      mount: true,
      mountMayFail: false,
      neededForBoot: false,
      check: true,
      skipCheckIfClean: true,
      repair: "preen",
      createMountPoint: false,
      dependencies: [],
    });
  });

  it("asks for no check of a type that has none", () => {
    expect(fileSystem({ ...home, type: "tmpfs", device: { none: "tmpfs" } }).check).toBe(false);
    expect(fileSystem({ ...home, type: "fuse.sshfs" }).check).toBe(false);
  });

  it("keeps what it is given", () => {
    const declaration: FileSystemDeclaration = {
      ...home,
      flags: ["no-suid", "read-only"],
      options: "data=journal",
      mount: false,
      mountMayFail: true,
      neededForBoot: true,
      check: false,
      skipCheckIfClean: false,
      repair: false,
      createMountPoint: true,
      dependencies: ["cryptroot", fileSystem({ ...home, mountPoint: "/srv" })],
    };

    expect(fileSystem(declaration)).toEqual(declaration);
  });

  it("fills the defaults of dependencies", () => {
    const fs = fileSystem({ ...home, dependencies: [{ ...home, mountPoint: "/srv" }] });

    expect(fs.dependencies).toEqual([fileSystem({ ...home, mountPoint: "/srv" })]);
  });

  it("cannot be changed", () => {
    expect(Object.isFrozen(fileSystem(home))).toBe(true);
    expect(Object.isFrozen(fileSystem(home).flags)).toBe(true);
  });

  it("keeps the first of flags that come twice, and takes empty options for none", () => {
    const fs = fileSystem({ ...home, flags: ["no-suid", "no-dev", "no-suid"], options: "" });

    expect(fs).toMatchObject({ flags: ["no-suid", "no-dev"], options: null });
  });

  it("takes itself as a declaration", () => {
    const fs = fileSystem({ ...home, dependencies: [fileSystem({ ...home, mountPoint: "/a" })] });

    expect(fileSystem(fs)).toEqual(fs);
  });

  it.each([
    [{ device: "/dev/sda1", title: "device" }, { path: "/dev/sda1" }],
    [{ device: "none", title: "device" }, { none: "none" }],
    [{ device: "host:/a", title: "device" }, { nfs: { host: "host", path: "/a" } }],
    [{ device: "home", title: "label" }, { label: "home" }],
    [
      { device: "1234-abcd", title: "uuid" },
      { uuid: "1234-ABCD", kind: "fat" },
    ],
  ] as const)("translates the old %j", (old, device) => {
    const { mountPoint, type } = home;

    expect(fileSystem({ ...old, mountPoint, type }).device).toEqual(device);
  });

  it("writes UUIDs in their usual case", () => {
    const fs = fileSystem({ ...home, device: { uuid: "1234-abcd", kind: "exfat" } });

    expect(fs.device).toEqual({ uuid: "1234-ABCD", kind: "exfat" });
  });

  it("knows where it was called, but neither copies nor compares nor writes that", () => {
    const fs = fileSystem(home);

    expect(fs.location).toMatchObject({ file: expect.stringContaining("file-system.test") });
    expect(fs.location?.line).toBeGreaterThan(90);
    expect({ ...fs }.location).toBeUndefined();
    expect(fs).toEqual(fileSystem(home));
    expect(JSON.stringify(fs)).not.toContain("location");
  });

  it("takes a location that it is given", () => {
    const location = { file: "/etc/fstab", line: 3, column: 1 };

    expect(fileSystem({ ...home, location }).location).toEqual(location);
  });
});

describe("a wrong declaration does not compile, and", () => {
  /** Each row is a field of the error, and a declaration that is wrong there. */
  const wrong: readonly (readonly [field: string, declare: () => unknown])[] = [
    // @ts-expect-error an unknown flag
    ["flags[0]", () => fileSystem({ ...home, flags: ["read-onyl"] })],
    // @ts-expect-error flags are a list
    ["flags", () => fileSystem({ ...home, flags: "read-only" })],
    // @ts-expect-error an unknown field
    ["mountpoint", () => fileSystem({ ...home, mountpoint: "/home" })],
    // @ts-expect-error an unknown form of device
    ["device.lable", () => fileSystem({ ...home, device: { lable: "x" } })],
    // @ts-expect-error two forms of device
    ["device", () => fileSystem({ ...home, device: { label: "x", path: "/dev/x" } })],
    // @ts-expect-error a UUID without its kind
    ["device.kind", () => fileSystem({ ...home, device: { uuid: "1234-ABCD" } })],
    // @ts-expect-error an unknown kind of UUID
    ["device.kind", () => fileSystem({ ...home, device: { uuid: "1234-ABCD", kind: "ext" } })],
    // @ts-expect-error a field of another form
    ["device.kind", () => fileSystem({ ...home, device: { label: "x", kind: "dce" } })],
    // @ts-expect-error half a path on a server
    ["device.nfs.path", () => fileSystem({ ...home, device: { nfs: { host: "x" } } })],
    // @ts-expect-error a text instead of a device specification
    ["device", () => fileSystem({ ...home, device: "/dev/sda1" })],
    // @ts-expect-error an unknown title
    ["title", () => fileSystem({ ...home, device: "x", title: "lable" })],
    // @ts-expect-error a title beside a device specification
    ["device", () => fileSystem({ ...home, device: { label: "x" }, title: "label" })],
    // @ts-expect-error no device
    ["device", () => fileSystem({ mountPoint: "/home", type: "ext4" })],
    // @ts-expect-error no mount point
    ["mountPoint", () => fileSystem({ device: { label: "x" }, type: "ext4" })],
    // @ts-expect-error no type
    ["type", () => fileSystem({ device: { label: "x" }, mountPoint: "/home" })],
    // @ts-expect-error options are text
    ["options", () => fileSystem({ ...home, options: ["ro"] })],
    // @ts-expect-error not a boolean
    ["check", () => fileSystem({ ...home, check: "yes" })],
    // @ts-expect-error an unknown word
    ["repair", () => fileSystem({ ...home, repair: "preem" })],
    // @ts-expect-error dependencies are a list
    ["dependencies", () => fileSystem({ ...home, dependencies: "cryptroot" })],
    // @ts-expect-error a dependency is checked as well
    ["dependencies[0].device", () => fileSystem({ ...home, dependencies: [{ type: "ext4" }] })],
    // @ts-expect-error a location has a line
    ["location", () => fileSystem({ ...home, location: { file: "x" } })],
  ];

  it.each(wrong.map(([field, declare], index) => [index, field, declare] as const))(
    "case %i is refused, which names the field %s",
    (_, field, declare) => {
      expect(declare).toThrow(expect.objectContaining({ code: "BAD_DECLARATION" }));
      const message = messageOf(declare);
      expect(message.startsWith(`${field} is `) || message.startsWith(field)).toBe(true);
      expect(message).toContain("expected");
      expect(message).toMatch(/declared at .*file-system\.test/);
    },
  );
});

describe("fileSystem refuses, in words,", () => {
  it.each<[string, unknown, RegExp]>([
    [
      "a relative mount point",
      { ...home, mountPoint: "home" },
      /"home": expected an absolute path/,
    ],
    ["a mount point that leads upwards", { ...home, mountPoint: "/a/../b" }, /without \.\./],
    ["a NUL", { ...home, mountPoint: "/a\0b" }, /mountPoint is "\/a\\x00b"/],
    ["an unknown flag", { ...home, flags: ["noexec"] }, /did you mean "no-exec"\?/],
    ["an unknown field", { ...home, neededForBot: true }, /did you mean "neededForBoot"\?/],
    ["an unknown device", { ...home, device: { pth: "/x" } }, /did you mean "path"\?/],
    ["an unknown kind", { ...home, device: { uuid: "1", kind: "exfta" } }, /"exfat"\?/],
    [
      "two devices",
      { ...home, device: { path: "/x", label: "x" } },
      /one of path, label, not more/,
    ],
    ["an empty label", { ...home, device: { label: "" } }, /device\.label is ""/],
    ["a UUID of another kind", { ...home, device: { uuid: "1", kind: "dce" } }, /8-4-4-4-12/],
    ["no bind flag with none", { ...home, type: "none" }, /flags is \[\].*"bind-mount"/],
    [
      "a check that there is none of",
      { ...home, type: "tmpfs", check: true },
      /checks the type tmpfs/,
    ],
    ["a list", [], /declaration is \[\]: expected an object/],
    ["nothing", undefined, /declaration is undefined/],
    ["a function", () => home, /declaration is a function/],
  ])("%s", (_, declaration, message) => {
    expect(() => fileSystem(untyped(declaration))).toThrow(message);
  });

  it("a declaration that depends on itself", () => {
    const looped: { dependencies: unknown[] } = { ...home, dependencies: [] };
    looped.dependencies.push({ ...home, mountPoint: "/srv", dependencies: [looped] });

    expect(() => fileSystem(untyped(looped))).toThrow(
      /dependencies\[0\]\.dependencies\[0\].*cycle/,
    );
  });

  it("a dependency that lies on the mount point of what needs it, naming both", () => {
    const declaration = { ...home, dependencies: [{ ...home, mountPoint: "/home/a" }] };

    expect(() => fileSystem(declaration)).toThrow(
      expect.objectContaining({
        code: "DEPENDENCY_CYCLE",
        message: expect.stringContaining('"/home" needs "/home/a" needs "/home"'),
      }),
    );
  });

  it("nothing that many declarations share", () => {
    let last = fileSystem(home);
    for (let depth = 0; depth < 40; depth++) {
      const mountPoint = `/srv${depth}`;
      last = fileSystem({ ...home, mountPoint, dependencies: [last, { ...last }] });
    }

    expect(last.mountPoint).toBe("/srv39");
  });
});

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return "";
}
