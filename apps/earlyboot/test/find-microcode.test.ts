import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { findMicrocode } from "../src/build/find-microcode.ts";

let top = "";
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "earlyboot-test-"));
});
afterEach(() => rmSync(top, { recursive: true }));

function makeMachine(vendor: string, family: number, model: number, flags = "fpu sse2") {
  const processor = `processor\t: 0\nvendor_id\t: ${vendor}\ncpu family\t: ${family}\nmodel\t\t: ${model}\nmodel name\t: A processor 3000\nstepping\t: 10\nflags\t\t: ${flags}\n\n`;
  const firmware = [
    "intel-ucode/06-9e-0a",
    "intel-ucode/06-9e-09",
    "intel-ucode/LICENSE",
    "amd-ucode/microcode_amd.bin",
    "amd-ucode/microcode_amd_fam17h.bin",
    "amd-ucode/microcode_amd_fam17h.bin.asc",
  ];
  const files = Object.fromEntries(firmware.map((name) => [`lib/firmware/${name}`, ""]));
  for (const [path, text] of Object.entries({ ...files, "proc/cpuinfo": processor.repeat(2) })) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), text);
  }
}

const found = (choice: "all" | "auto" | "none") =>
  findMicrocode(choice, top).map(
    ({ path, files }) =>
      `${path} ${files.map((file) => file.slice(`${top}/lib/firmware/`.length)).join(" ")}`,
  );

const microcode = "/kernel/x86/microcode";

it.each([
  ["GenuineIntel", 6, 158, [`${microcode}/GenuineIntel.bin intel-ucode/06-9e-0a`]],
  ["GenuineIntel", 6, 1, []],
  ["AuthenticAMD", 23, 1, [`${microcode}/AuthenticAMD.bin amd-ucode/microcode_amd_fam17h.bin`]],
  ["AuthenticAMD", 16, 2, [`${microcode}/AuthenticAMD.bin amd-ucode/microcode_amd.bin`]],
  ["Somebody", 6, 158, []],
])("finds that of %s, family %i, model %i", (vendor, family, model, expected) => {
  makeMachine(vendor, family, model);

  expect(found("auto")).toEqual(expected);
});

it("finds all that there is, or none", () => {
  makeMachine("GenuineIntel", 6, 158);

  expect(found("all")).toEqual([
    `${microcode}/AuthenticAMD.bin amd-ucode/microcode_amd.bin amd-ucode/microcode_amd_fam17h.bin`,
    `${microcode}/GenuineIntel.bin intel-ucode/06-9e-09 intel-ucode/06-9e-0a`,
  ]);
  expect(found("none")).toEqual([]);
});

it("gives a virtual machine none, nor one without any firmware", () => {
  makeMachine("GenuineIntel", 6, 158, "fpu hypervisor sse2");
  expect(found("auto")).toEqual([]);

  rmSync(join(top, "lib"), { recursive: true });
  expect(found("all")).toEqual([]);
});
