import { describe, expect, it } from "@jest/globals";
import { fileSystemFlags, flagNames, mountFlags, type FileSystemFlag } from "@earlyboot/mount-spec";
import * as fc from "fast-check";
import { counterexample, same } from "./arbitraries.ts";

describe("mountFlags", () => {
  it.each<[FileSystemFlag, number]>([
    ["read-only", 1],
    ["no-suid", 2],
    ["no-dev", 4],
    ["no-exec", 8],
    ["synchronous", 16],
    ["remount", 32],
    ["dirsync", 128],
    ["no-symlink-follow", 256],
    ["no-atime", 1024],
    ["no-diratime", 2048],
    ["bind-mount", 4096],
    ["recursive", 16384],
    ["silent", 32768],
    ["unbindable", 1 << 17],
    ["private", 1 << 18],
    ["slave", 1 << 19],
    ["shared", 1 << 20],
    ["relative-atime", 1 << 21],
    ["strict-atime", 1 << 24],
    ["lazy-time", 1 << 25],
  ])("gives %s the kernel's number %i", (flag, number) => {
    expect(mountFlags([flag])).toBe(number);
    expect(fileSystemFlags).toContain(flag);
  });

  it("knows no other flags", () => {
    expect(fileSystemFlags).toHaveLength(20);
  });

  it("gives nothing the number 0", () => {
    expect(mountFlags([])).toBe(0);
  });

  it("combines flags in any order, and flagNames takes them apart", () => {
    expect(
      counterexample(
        fc.property(fc.shuffledSubarray([...fileSystemFlags]), (flags) => {
          const number = mountFlags(flags);
          return (
            mountFlags([...flags, ...flags.toReversed()]) === number &&
            same(flagNames(number).toSorted(), flags.toSorted())
          );
        }),
      ),
    ).toBeUndefined();
  });

  it("refuses an unknown flag and names the nearest", () => {
    // @ts-expect-error that is no flag
    const wrong: FileSystemFlag = "no-exce";

    expect(() => mountFlags(["no-dev", wrong])).toThrow(/flags\[1\].*did you mean "no-exec"\?/);
  });
});
