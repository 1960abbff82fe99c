import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { readKernelFile } from "../src/kernel/read-kernel-file.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "earlyboot-test-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(name: string, parts: Readonly<Record<number, string>>): string {
  const bytes = Buffer.alloc(0x400);
  for (const [offset, text] of Object.entries(parts)) bytes.write(text, Number(offset), "latin1");
  writeFileSync(join(directory, name), bytes);
  return join(directory, name);
}

it("reads the version of a bzImage from its header", async () => {
  const path = write("kernel", {
    0x202: "HdrS",
    0x20e: "\u0000\u0001",
    0x300: "6.1.0-56-cloud-amd64 (debian)\0",
  });

  expect(await readKernelFile(path)).toEqual({
    path,
    version: "6.1.0-56-cloud-amd64",
    architecture: "x64",
  });
});

it("takes the version of an arm64 Image from its name", async () => {
  const path = write("vmlinuz-6.12.1-arm64", { 0x38: "ARM\u0064" });

  expect(await readKernelFile(path)).toEqual({
    path,
    version: "6.12.1-arm64",
    architecture: "arm64",
  });
});

it("refuses what is no kernel", async () => {
  await expect(readKernelFile(write("kernel", { 0: "text" }))).rejects.toThrow(
    "is not a Linux kernel",
  );
});

it("refuses what is not there", async () => {
  await expect(readKernelFile(join(directory, "none"))).rejects.toThrow(/ENOENT.*--kernel FILE/);
});
