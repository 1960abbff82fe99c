import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import * as fc from "fast-check";
import {
  conformanceScenarios,
  observeSimulated,
  randomScenario,
} from "@earlyboot/linux-syscalls/testing";

const recorded: Record<string, unknown> = JSON.parse(
  readFileSync(new URL("fixtures/conformance-linux-6.18.json", import.meta.url), "utf8"),
);

it("has a title of its own for each scenario", () => {
  const titles = conformanceScenarios.map(({ title }) => title);

  expect(new Set(titles).size).toBe(titles.length);
  expect(Object.keys(recorded).toSorted()).toEqual(titles.toSorted());
});

it.each(conformanceScenarios.map((scenario) => [scenario.title, scenario] as const))(
  "%s, as Linux 6.18 did",
  async (title, scenario) => {
    expect(await observeSimulated(scenario)).toEqual(recorded[title]);
  },
);

it("answers whatever is done at random, and alike each time", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const seen = await observeSimulated(randomScenario(seed));

      expect(await observeSimulated(randomScenario(seed))).toEqual(seen);
      expect(seen).toHaveLength(120);
    }),
    { numRuns: 30 },
  );
}, 60_000);
