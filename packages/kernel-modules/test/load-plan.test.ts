import { expect, it } from "@jest/globals";

import { planLoad, type ModuleIndex } from "@earlyboot/kernel-modules";

import { machineWith, modules } from "./machine.ts";

function order(index: ModuleIndex, ...names: readonly string[]): readonly string[] {
  return planLoad(index, names).steps.map(({ name }) => name);
}

it("puts what a module needs before it, the deepest first", () => {
  const { index } = machineWith({ a: "b c", b: "c", c: "" });

  expect(order(index, "a")).toEqual(["c", "b", "a"]);
});

it("puts soft dependencies after the needed, before or after the module, as they say", () => {
  const softdep = "softdep a pre: early alias:x post: late\nsoftdep b post: behind-b\n";
  const { index } = machineWith(
    { a: "b", b: "", early: "deep", deep: "", late: "", "behind-b": "", x: "" },
    { [`${modules}/modules.softdep`]: softdep, [`${modules}/modules.alias`]: "alias alias:x x\n" },
  );

  expect(order(index, "a")).toEqual(["b", "behind_b", "deep", "early", "x", "a", "late"]);
  expect(planLoad(index, ["a"]).steps.at(-1)?.follows).toEqual(["a"]);
  expect(planLoad(index, ["a"]).steps.at(-2)?.follows).toEqual(["early", "x"]);
});

it("leaves out soft dependencies that are not there, and puts those that lead back last", () => {
  const { index } = machineWith(
    { a: "", b: "a", c: "" },
    { [`${modules}/modules.softdep`]: "softdep a pre: nothing b c\nsoftdep c pre: a\n" },
  );

  expect(order(index, "a")).toEqual(["c", "a", "b"]);
  expect(order(index, "c")).toEqual(["a", "c", "b"]);
  expect(order(index, "b")).toEqual(["c", "a", "b"]);
});

it("names those that need each other", () => {
  const { index } = machineWith({ a: "b c", b: "c a", c: "a b" });

  const { steps } = planLoad(index, ["a"]);

  expect(steps.find(({ name }) => name === "b")?.cycle).toEqual(["a", "c", "b"]);
});

it("tells what is built in, what is missing and what is unknown", () => {
  const { index } = machineWith(
    { a: "gone" },
    { [`${modules}/modules.builtin`]: "kernel/fs/ext4/ext4.ko\n" },
  );

  const plan = planLoad(index, ["ext4", "a", "nonsense"]);

  expect(plan.steps).toEqual([
    { name: "ext4", missing: false, needs: [], follows: [] },
    { name: "gone", missing: true, needs: [], follows: [] },
    expect.objectContaining({ name: "a", missing: false, needs: ["gone"] }),
  ]);
  expect(plan.unknown).toEqual(["nonsense"]);
});
