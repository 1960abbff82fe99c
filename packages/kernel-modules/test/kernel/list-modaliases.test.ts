import { existsSync, readdirSync } from "node:fs";

import { describe, expect, it } from "@jest/globals";

import { listModaliases } from "@earlyboot/kernel-modules";

import { hostFiles } from "../host-files.ts";

const hasSysfs = existsSync("/sys/devices");
const describeHere = hasSysfs ? describe : describe.skip;

describeHere(`listModaliases${hasSysfs ? "" : " (skipped: needs /sys/devices)"}`, () => {
  it("finds every modalias of this machine, without looking into most directories", () => {
    let looks = 0;
    const readDirectory = (path: string) => {
      looks++;
      return hostFiles.readDirectory(path);
    };

    const found = [...listModaliases({ ...hostFiles, readDirectory })];

    const { modaliases, directories } = walk("/sys/devices");
    expect(found.map(({ device }) => `/sys${device}/modalias`).toSorted()).toEqual(
      modaliases.toSorted(),
    );
    expect(found.every(({ modalias }) => /^\S+$/.test(modalias))).toBe(true);
    expect(looks).toBeLessThan(directories / 2);
  });
});

/** Every `modalias` below a directory, and the number of directories. */
function walk(directory: string): { modaliases: readonly string[]; directories: number } {
  const entries = readdirSync(directory, { withFileTypes: true });
  const here = entries.filter((entry) => entry.isFile() && entry.name === "modalias");
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => walk(`${directory}/${name}`));
  return {
    modaliases: [
      ...here.map(() => `${directory}/modalias`),
      ...below.flatMap((one) => one.modaliases),
    ],
    directories: below.reduce((sum, one) => sum + one.directories, 1),
  };
}
