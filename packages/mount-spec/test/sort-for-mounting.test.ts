import { describe, expect, it } from "@jest/globals";
import { fileSystem, isFilePrefix, sortForMounting, type FileSystem } from "@earlyboot/mount-spec";
import * as fc from "fast-check";
import { counterexample } from "./arbitraries.ts";

function at(mountPoint: string, ...dependencies: readonly (FileSystem | string)[]): FileSystem {
  return fileSystem({ device: { label: "x" }, mountPoint, type: "ext4", dependencies });
}

function bind(path: string, mountPoint: string): FileSystem {
  return fileSystem({ device: { path }, mountPoint, type: "none", flags: ["bind-mount"] });
}

function order(...list: readonly FileSystem[]): readonly string[] {
  return sortForMounting(list).map(({ mountPoint }) => mountPoint);
}

describe("sortForMounting", () => {
  it("puts parents before children", () => {
    expect(order(at("/a/b/c"), at("/a"), at("/a/b"), at("/"))).toEqual([
      "/",
      "/a",
      "/a/b",
      "/a/b/c",
    ]);
  });

  it("puts dependencies first", () => {
    const data = at("/data");

    expect(order(at("/home", data), at("/srv"), data)).toEqual(["/data", "/home", "/srv"]);
  });

  it("puts a bind mount behind what its source is on", () => {
    expect(order(bind("/data/www", "/srv"), at("/data"), at("/data/www/pages"))).toEqual([
      "/data",
      "/srv",
      "/data/www/pages",
    ]);
  });

  it("mounts what a bind mount shows before it is shown", () => {
    expect(order(bind("/data", "/srv"), at("/data"))).toEqual(["/data", "/srv"]);
  });

  it("lets a bind mount be of its own mount point, or of what is below that", () => {
    expect(order(bind("/store", "/store"), bind("/a/b", "/a"), at("/a/b"))).toEqual([
      "/store",
      "/a",
      "/a/b",
    ]);
  });

  it("keeps the order of what does not matter to each other", () => {
    expect(order(at("/b"), at("/a"), at("/c"), at("/ab"))).toEqual(["/b", "/a", "/c", "/ab"]);
  });

  it("keeps the order of two on one mount point, before what is below them", () => {
    const lower = fileSystem({ device: { label: "lower" }, mountPoint: "/a", type: "ext4" });
    const upper = fileSystem({ device: { label: "upper" }, mountPoint: "/a/", type: "ext4" });
    const below = at("/a/b");

    expect(sortForMounting([below, lower, upper])).toEqual([lower, upper, below]);
  });

  it("knows a dependency by its device and mount point, as it comes out of JSON", () => {
    expect(order(at("/home", at("//data/")), at("/data"))).toEqual(["/data", "/home"]);
  });

  it("adds a dependency that is not in the list, with its own", () => {
    expect(order(at("/home", at("/b", at("/a"))))).toEqual(["/a", "/b", "/home"]);
  });

  it("does not add one that is not to be mounted", () => {
    const manual = fileSystem({ ...at("/b", at("/a")), mount: false });

    expect(order(at("/home", manual))).toEqual(["/home"]);
  });

  it("takes no notice of mapped devices", () => {
    expect(order(at("/home", "cryptroot"))).toEqual(["/home"]);
  });

  it("names the members of a cycle", () => {
    // Each alone is fine; together, a parent would have to come before itself.
    const list = [at("/a", at("/b/c")), at("/b", at("/a")), at("/b/c"), at("/other")];

    expect(() => sortForMounting(list)).toThrow(
      expect.objectContaining({
        code: "DEPENDENCY_CYCLE",
        message: expect.stringContaining('"/a" needs "/b/c" needs "/b" needs "/a"'),
        members: [list[0], list[2], list[1]],
      }),
    );
  });

  it("loses and doubles none, whatever the list", () => {
    const path = fc
      .array(fc.constantFrom("a", "b", "c"), { maxLength: 3 })
      .map((names) => `/${names.join("/")}`);

    expect(
      counterexample(
        fc.property(fc.array(path, { maxLength: 8 }), (paths) => {
          const list = paths.map((mountPoint) => at(mountPoint));
          const sorted = sortForMounting(list);
          return (
            sorted.length === list.length &&
            list.every((fs) => sorted.includes(fs)) &&
            sorted.every((fs, index) =>
              sorted
                .slice(0, index)
                .every((other) => isUnrelated(other, fs) || isBefore(other, fs)),
            )
          );
        }),
      ),
    ).toBeUndefined();
  });
});

function isUnrelated(a: FileSystem, b: FileSystem): boolean {
  return !isFilePrefix(a.mountPoint, b.mountPoint) && !isFilePrefix(b.mountPoint, a.mountPoint);
}

function isBefore(parent: FileSystem, child: FileSystem): boolean {
  return isFilePrefix(parent.mountPoint, child.mountPoint);
}
