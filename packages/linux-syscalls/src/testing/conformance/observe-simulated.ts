import { simulateLinux } from "../simulate-linux.ts";
import { type ConformanceScenario, type Observation, observe } from "./scenario.ts";

/** What is seen when a scenario is played on a simulated Linux. */
export function observeSimulated(scenario: ConformanceScenario): Promise<readonly Observation[]> {
  const files = { [`${home}/base`]: { kind: "directory" } } as const;
  return observe(simulateLinux({ files, nullfs: true }), `${home}/base`, scenario);
}

const home = "/mnt";
