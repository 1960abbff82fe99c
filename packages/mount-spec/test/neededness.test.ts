import { describe, expect, it } from "@jest/globals";
import { fileSystem, isFilePrefix, isNeededForBoot } from "@earlyboot/mount-spec";

describe("isFilePrefix", () => {
  it.each([
    ["/gnu", "/gnu/store", true],
    ["/gn", "/gnu/store", false],
    ["/gnu/store", "/gnu", false],
    ["/gnu/store", "/gnu/store", true],
    ["/", "/gnu/store", true],
    ["//gnu//", "/gnu/store", true],
    ["/gnu/store/", "/gnu/store", true],
    ["/gnu", "//gnu///store/", true],
    ["gnu", "/gnu/store", false],
    ["/gnu", "gnu/store", false],
    ["", "/", false],
  ])("tells whether %j is a prefix of %j: %j", (prefix, file, is) => {
    expect(isFilePrefix(prefix, file)).toBe(is);
  });
});

describe("isNeededForBoot", () => {
  const needed = (mountPoint: string, over: object = {}, store?: string): boolean =>
    isNeededForBoot(
      fileSystem({ device: { label: "x" }, mountPoint, type: "ext4", ...over }),
      store,
    );

  it("holds for the root and for what holds the store", () => {
    expect(["/", "/gnu", "/gnu/store", "/gnu/store/"].map((path) => needed(path))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it("does not hold for others, even below the store", () => {
    expect(["/home", "/gn", "/gnu/store/x"].map((path) => needed(path))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("holds for what says so itself, a bind mount too", () => {
    expect(needed("/home", { neededForBoot: true })).toBe(true);
    expect(needed("/home", { neededForBoot: true, flags: ["bind-mount"] })).toBe(true);
  });

  it("does not hold for a bind mount that holds the store", () => {
    expect(needed("/gnu/store", { flags: ["bind-mount", "read-only"] })).toBe(false);
  });

  it("takes another place of the store", () => {
    expect(needed("/nix", {}, "/nix/store")).toBe(true);
    expect(needed("/gnu", {}, "/nix/store")).toBe(false);
  });
});
