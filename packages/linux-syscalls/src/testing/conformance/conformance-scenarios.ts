import { bindingScenarios } from "./binding.ts";
import { descriptorScenarios } from "./descriptors.ts";
import { deviceScenarios } from "./devices.ts";
import { fileScenarios } from "./files.ts";
import { mountingScenarios } from "./mounting.ts";
import { pathScenarios } from "./paths.ts";
import { processScenarios } from "./processes.ts";
import { propagatingScenarios } from "./propagating.ts";
import { rootScenarios } from "./roots.ts";
import type { ConformanceScenario } from "./scenario.ts";
import { unmountingScenarios } from "./unmounting.ts";

/** What the simulated Linux and the real one have to do alike. */
export const conformanceScenarios: readonly ConformanceScenario[] = [
  ...mountingScenarios,
  ...unmountingScenarios,
  ...bindingScenarios,
  ...propagatingScenarios,
  ...rootScenarios,
  ...fileScenarios,
  ...pathScenarios,
  ...descriptorScenarios,
  ...deviceScenarios,
  ...processScenarios,
];
