import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { followFile } from "../src/qemu/follow-file.ts";

let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "earlyboot-follow-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

it("gives what is written to a file as it comes, and the rest once nothing more will", async () => {
  const file = join(directory, "file");
  writeFileSync(file, "one");
  let end = () => {};
  const stream = followFile(
    file,
    new Promise<void>((resolve) => {
      end = resolve;
    }),
  );
  const first = await new Promise((resolve) => stream.once("data", resolve));
  appendFileSync(file, "two");
  const second = await new Promise((resolve) => stream.once("data", resolve));
  stream.pause();
  appendFileSync(file, "three");
  end();

  expect([String(first), String(second), await text(stream)]).toEqual(["one", "two", "three"]);
});

it("gives all of a file to which nothing is written any more", async () => {
  const file = join(directory, "file");
  writeFileSync(file, "x".repeat(200_000));

  expect(await text(followFile(file, Promise.resolve()))).toHaveLength(200_000);
});
