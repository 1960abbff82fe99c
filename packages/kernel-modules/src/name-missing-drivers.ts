import { parseAliases } from "./alias-table.ts";
import type { MissingDriver } from "./coldplug.ts";
import { absentAliases } from "./cut-module-index.ts";
import type { ModuleIndex } from "./module-index.ts";

/**
 * Names the modules that devices lack, also those that the image was made without, as far as its index still
 * tells of them. Devices that no known module is for are left out.
 */
export function nameMissingDrivers(
  index: ModuleIndex,
  missing: readonly MissingDriver[],
): readonly MissingDriver[] {
  const absent = parseAliases(index.readText(absentAliases));
  return missing
    .map((driver) => ({
      ...driver,
      modules: driver.modules.length > 0 ? driver.modules : absent.match(driver.modalias),
    }))
    .filter(({ modules }) => modules.length > 0);
}
