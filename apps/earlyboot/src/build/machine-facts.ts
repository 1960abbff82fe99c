import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MachineFacts } from "./choose-modules.ts";

/** What this machine has loaded, and the hardware it has. */
export function readMachineFacts(): MachineFacts {
  const loaded = readOrNothing("/proc/modules")
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "")
    .filter((name) => name !== "");
  return { loaded, aliases: [...modaliasesBelow("/sys/devices")] };
}

/** Devices come and go while they are listed: what is gone is not there. */
function* modaliasesBelow(directory: string): Generator<string> {
  for (const entry of entriesOf(directory)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* modaliasesBelow(path);
    else if (entry.name === "modalias") yield readOrNothing(path).trim();
  }
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
