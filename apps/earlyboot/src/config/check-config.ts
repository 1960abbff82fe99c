import { Ajv, type ErrorObject } from "ajv";
import { nearestWord } from "@earlyboot/linux-syscalls";
import { CommandError } from "../command-error.ts";
import { configSchema } from "./config-schema.ts";
import type { EarlybootConfig } from "./earlyboot-config.ts";

/**
 * Checks what a configuration file holds.
 *
 * @throws CommandError naming every fault, with the nearest name for a key that nobody knows.
 */
export function checkConfig(value: unknown, file: string): EarlybootConfig {
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: true, allowUnionTypes: true });
  const isConfig = ajv.compile<EarlybootConfig>(configSchema);
  if (isConfig(value)) return value;
  const faults = (isConfig.errors ?? [])
    .filter(({ keyword }) => keyword !== "anyOf")
    .map(describeFault);
  throw new CommandError(
    `${file} is no configuration of earlyboot: ${[...new Set(faults)].join("; ")}.`,
  );
}

function describeFault({
  instancePath,
  keyword,
  params,
  message,
  parentSchema,
  data,
}: ErrorObject): string {
  const place = instancePath === "" ? "" : `${instancePath.slice(1).replaceAll("/", ".")}: `;
  if (keyword === "additionalProperties") {
    const unknown = String(params["additionalProperty"]);
    const near = nearestWord(unknown, Object.keys(parentSchema?.["properties"] ?? {}));
    return `${place}unknown key "${unknown}"${near === undefined ? "" : ` (did you mean "${near}"?)`}`;
  }
  if (keyword === "enum") {
    const allowed: unknown[] = params["allowedValues"];
    return `${place}${JSON.stringify(data)} is not one of ${allowed.join(", ")}`;
  }
  return `${place}${message ?? keyword}`;
}
