import { describe, expect, it } from "@jest/globals";
import { MountFlag } from "@earlyboot/linux-syscalls";
import { parseMountOptions } from "@earlyboot/mount-spec";
import * as fc from "fast-check";
import { counterexample, same } from "./arbitraries.ts";

const rec = MountFlag.Recursive;

/** Each option of mount(8) that sets bits, what they are, and the option that takes them back. */
const flagOptions: readonly (readonly [option: string, flags: number, negation?: string])[] = [
  ["ro", MountFlag.ReadOnly, "rw"],
  ["noexec", MountFlag.NoExec, "exec"],
  ["nosuid", MountFlag.NoSuid, "suid"],
  ["nodev", MountFlag.NoDev, "dev"],
  ["sync", MountFlag.Synchronous, "async"],
  ["silent", MountFlag.Silent, "loud"],
  ["mand", MountFlag.MandLock, "nomand"],
  ["iversion", MountFlag.IVersion, "noiversion"],
  ["noatime", MountFlag.NoAtime, "atime"],
  ["nodiratime", MountFlag.NoDirAtime, "diratime"],
  ["relatime", MountFlag.RelAtime, "norelatime"],
  ["strictatime", MountFlag.StrictAtime, "nostrictatime"],
  ["lazytime", MountFlag.LazyTime, "nolazytime"],
  ["nosymfollow", MountFlag.NoSymFollow, "symfollow"],
  ["dirsync", MountFlag.DirSync],
  ["remount", MountFlag.Remount],
  ["move", MountFlag.Move],
  ["bind", MountFlag.Bind],
  ["rbind", MountFlag.Bind | rec],
  ["shared", MountFlag.Shared],
  ["rshared", MountFlag.Shared | rec],
  ["slave", MountFlag.Slave],
  ["rslave", MountFlag.Slave | rec],
  ["private", MountFlag.Private],
  ["rprivate", MountFlag.Private | rec],
  ["unbindable", MountFlag.Unbindable],
  ["runbindable", MountFlag.Unbindable | rec],
];

describe("parseMountOptions", () => {
  it.each(flagOptions)("reads %s as the number %i", (option, flags) => {
    expect(parseMountOptions(option)).toEqual({ flags, data: null, userspace: [] });
  });

  it.each(
    flagOptions.flatMap(([option, flags, negation]) =>
      negation === undefined ? [] : [[option, negation, flags] as const],
    ),
  )("lets the last of %s and %s win", (option, negation, flags) => {
    expect(parseMountOptions(`${option},${negation}`).flags).toBe(0);
    expect(parseMountOptions(`${negation},${option}`).flags).toBe(flags);
  });

  it("takes nothing and defaults for nothing", () => {
    const nothing = { flags: 0, data: null, userspace: [] };

    expect(parseMountOptions("")).toEqual(nothing);
    expect(parseMountOptions("defaults")).toEqual(nothing);
    expect(parseMountOptions(",,defaults,,")).toEqual(nothing);
  });

  it("does not let defaults take anything back", () => {
    expect(parseMountOptions("ro,defaults").flags).toBe(MountFlag.ReadOnly);
  });

  const owned = MountFlag.NoSuid | MountFlag.NoDev;

  it.each([
    ["user", owned | MountFlag.NoExec],
    ["users", owned | MountFlag.NoExec],
    ["owner", owned],
    ["group", owned],
  ])("lets %s imply what keeps users harmless", (option, flags) => {
    expect(parseMountOptions(option)).toEqual({ flags, data: null, userspace: [option] });
  });

  it("lets only a later option take back what user implies", () => {
    expect(parseMountOptions("user,exec,dev,suid").flags).toBe(0);
    expect(parseMountOptions("exec,user").flags).toBe(owned | MountFlag.NoExec);
  });

  it("takes user=NAME, which mount(8) writes itself, for a note", () => {
    expect(parseMountOptions("user=joe")).toMatchObject({ flags: 0, userspace: ["user=joe"] });
  });

  it("keeps what only user space reads apart, in order", () => {
    const userspace =
      "nofail _netdev noauto auto x-systemd.automount X-mount.mkdir=0755 comment=foo nouser " +
      "loop=/dev/loop1 offset=4096 sizelimit=1 helper=x uhelper=y verity.roothash=00";

    expect(parseMountOptions(userspace.replaceAll(" ", ","))).toEqual({
      flags: 0,
      data: null,
      userspace: userspace.split(" "),
    });
  });

  it("leaves the file system everything else, in order", () => {
    expect(parseMountOptions("size=1,ro,huge,x,uid=0,rw=1,noauto=2").data).toBe(
      "size=1,huge,x,uid=0,rw=1,noauto=2",
    );
  });

  it("keeps the commas of quoted and of escaped values", () => {
    const data = 'context="a:s0:c1,c2",lowerdir=a\\,ro:b,size=1';

    expect(parseMountOptions(`nodev,${data}`)).toEqual({
      flags: MountFlag.NoDev,
      data,
      userspace: [],
    });
  });

  it("loses no option and invents none", () => {
    const words = ["a", "b=1", 'c="x,y"', "d\\,e", "x-f", "nofail", "ro", "noexec", "g="];

    expect(
      counterexample(
        fc.property(fc.array(fc.constantFrom(...words)), (options) => {
          const { data, userspace } = parseMountOptions(options.join(","));
          const kept = options.filter((option) => option !== "ro" && option !== "noexec");
          const own: readonly string[] = kept.filter((word) => word === "x-f" || word === "nofail");
          const others = kept.filter((option) => !own.includes(option));
          return same(userspace, own) && data === (others.length === 0 ? null : others.join(","));
        }),
      ),
    ).toBeUndefined();
  });
});
