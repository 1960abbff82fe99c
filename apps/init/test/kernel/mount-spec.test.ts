import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { needs, programPath, runUnshared } from "./run-program.ts";

const here = needs("root", "unshare");

/** What came of each scene of `mount-file-systems.ts`. */
let results: Readonly<Record<string, unknown>> = {};
let directory = "";

beforeAll(() => {
  if (here.reason !== "") return;
  directory = mkdtempSync(join(tmpdir(), "mount-spec-"));
  const { status, stdout, stderr } = runUnshared(
    ["--mount"],
    [process.execPath, programPath("mount-file-systems.ts"), directory],
  );
  if (status !== 0) throw new Error(stderr);
  results = JSON.parse(stdout);
});

afterAll(() => {
  if (directory !== "") rmdirSync(directory);
});

here.describe(`mountFileSystem on the running kernel${here.reason}`, () => {
  it("makes the mount point and mounts with flags and options", () => {
    expect(results["a tmpfs with flags and options"]).toEqual({
      target: `${directory}/root/a/b`,
      mounts: ["/a/b rw,nosuid,nodev,noatime"],
      mode: 0o700,
    });
  });

  it("makes a bind read-only with the flags of its source, and the source stays as it was", () => {
    expect(results["a read-only bind of a source with flags"]).toEqual({
      mounts: ["/source rw,nosuid,noexec,noatime", "/root/copy ro,nosuid,noexec,noatime"],
      write: "EROFS",
      writeAtSource: "done",
    });
  });

  it("makes all mounts of a recursive bind read-only, each with its own flags", () => {
    expect(results["a recursive read-only bind"]).toEqual({
      mounts: [
        "/source rw,nodev,relatime",
        "/source/in\\040ner rw,noexec,relatime",
        "/source/in\\040ner/most rw",
        "/root/copy ro,nodev,relatime",
        "/root/copy/in\\040ner ro,noexec,relatime",
        "/root/copy/in\\040ner/most ro",
      ],
      writes: ["EROFS", "EROFS", "EROFS"],
    });
  });

  it("binds only one mount when that is all that is asked for", () => {
    expect(results["a bind without recursion"]).toEqual([]);
  });

  it("does not stumble over mounts that lie below others", () => {
    expect(results["a recursive bind of shadowed mounts"]).toBe("EROFS");
  });

  it("binds a file on a file that it makes", () => {
    expect(results["a bind of a file"]).toEqual({ text: "text", write: "EROFS" });
  });

  it("sets every propagation", () => {
    expect(results["every propagation"]).toEqual([
      ["shared"],
      [],
      ["master"],
      ["shared", "master"],
      ["unbindable"],
    ]);
  });

  it("mounts nested and shadowed targets in the order of sortForMounting", () => {
    expect(results["nested and shadowed targets in any order"]).toEqual({
      answers: ["done", "done", "EROFS", "EROFS"],
      lower: "/a",
      mounts: ["/a rw,relatime", "/a ro,relatime"],
    });
  });

  it("never follows a link out of the root", () => {
    expect(results["links that lead out of the root"]).toEqual({
      targets: [
        `/root${directory}/outside/log`,
        "/root/outside/log",
        `/root${directory}/outside/log`,
      ],
      outside: ["log"],
      mountedOutside: [],
    });
  });

  it("follows a link within the root", () => {
    expect(results["a link within the root"]).toBe("/root/real/x");
  });

  it("says that a missing mount point cannot be made on a read-only root", () => {
    expect(results["a root that cannot be written"]).toEqual({
      code: "EROFS",
      message: expect.stringContaining('make the mount point "STAGE/root/missing"'),
    });
  });

  it("remounts", () => {
    expect(results["a remount"]).toEqual(["/a ro,relatime"]);
  });

  it("explains what the kernel answers, and leaves nothing mounted", () => {
    expect(results["failures"]).toEqual({
      unknownType: {
        code: "ENODEV",
        message: expect.stringContaining("load the module fs-nosuchfs"),
      },
      noBlockDevice: { code: "ENOTBLK", message: expect.stringContaining("is no block device") },
      noDevice: { code: "ENOENT", message: expect.stringContaining("is missing") },
      badOption: { code: "EINVAL", message: expect.stringContaining("one of the options") },
      directoryOnFile: { code: "ENOTDIR", message: expect.stringContaining("is a directory") },
      left: [],
    });
  });
});

here.describe(`bindMount on the running kernel${here.reason}`, () => {
  it("shows a directory at another place", () => {
    expect(results["the plain bind"]).toBe("text");
  });
});
