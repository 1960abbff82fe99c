import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readRecordedImages, unpack, writeImage } from "./recorded-images.ts";

const cli = new URL("../dist/cli.js", import.meta.url).pathname;
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "block-devices-"));
  for (const name of ["ext4", "swap", "ext4 with control characters"]) {
    const image = readRecordedImages().find((each) => each.name === name);
    if (image !== undefined) writeImage(join(directory, name), unpack(image));
  }
});

afterAll(() => rmSync(directory, { recursive: true }));

function run(...args: readonly string[]): { status: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: directory,
    encoding: "utf8",
    env: {},
  });
  return { status, out: stdout, error: stderr };
}

describe("block-devices", () => {
  it("prints a table of what is in image files", () => {
    const { status, out } = run("ext4", "swap");

    expect(status).toBe(0);
    expect(out.split("\n").map((line) => line.split(/ {2,}/).slice(0, 5))).toEqual([
      ["NAME", "SIZE", "TYPE", "VERSION", "LABEL"],
      ["ext4", "16 MiB", "ext4", "1.0", "root"],
      ["swap", "8 MiB", "swap", "1", "exchange"],
      [""],
    ]);
  });

  it("prints JSON", () => {
    const { out } = run("--json", "ext4");

    expect(JSON.parse(out)).toMatchObject([
      { path: "ext4", size: 16 * 2 ** 20, status: "read", identification: { type: "ext4" } },
    ]);
  });

  it("prints labels without their control characters", () => {
    expect(run("ext4 with control characters").out).toContain(String.raw`a\x1b[2Jb`);
  });

  it("shows the other files when one cannot be read", () => {
    const { status, out, error } = run("missing", "ext4");

    expect(status).toBe(1);
    expect(error).toContain("ENOENT");
    expect(out).toContain("root");
  });

  it("explains itself", () => {
    expect(run("--help").out).toContain("Usage: block-devices [--json] [FILE…]");
    expect(run("--wrong")).toMatchObject({
      status: 2,
      error: expect.stringContaining("Unknown option '--wrong'"),
    });
  });
});
