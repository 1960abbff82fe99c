import { existsSync, readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "@jest/globals";

import { listModaliases } from "@earlyboot/kernel-modules";

import { hostFiles } from "../host-files.ts";

const hasSysfs = existsSync("/sys/devices");
const describeHere = hasSysfs ? describe : describe.skip;

describeHere(`listModaliases${hasSysfs ? "" : " (skipped: needs /sys/devices)"}`, () => {
  it("finds every modalias of this machine, in few calls", () => {
    let calls = 0;
    const count = <Value>(read: (path: string) => Value) => {
      return (path: string) => {
        calls++;
        return read(path);
      };
    };
    const linux = {
      readDirectory: count(hostFiles.readDirectory),
      readText: count(hostFiles.readText),
    };

    const found = [...listModaliases(linux)].map(({ modalias }) => modalias);

    const { modaliases, directories } = walk("/sys/devices");
    expect([...new Set(found)].toSorted()).toEqual([...new Set(modaliases)].toSorted());
    expect(calls).toBeLessThan(directories / 2);
  });
});

/** Every modalias below a directory, and the number of directories. */
function walk(directory: string): { modaliases: readonly string[]; directories: number } {
  const entries = readdirSync(directory, { withFileTypes: true });
  const here = entries.filter((entry) => entry.isFile() && entry.name === "modalias");
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => walk(`${directory}/${name}`));
  const own = here.map(() => readFileSync(`${directory}/modalias`, "utf8").trim());
  return {
    modaliases: [...own, ...below.flatMap((one) => one.modaliases)].filter((text) => text !== ""),
    directories: below.reduce((sum, one) => sum + one.directories, 1),
  };
}
