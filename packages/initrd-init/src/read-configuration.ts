import { type Linux, errorCode } from "@earlyboot/linux-syscalls";
import { type BootConfiguration, defaultConfiguration } from "./boot-configuration.ts";

/** Where an image holds its configuration. */
export const configurationPath = "/etc/earlyboot.json";

/**
 * Reads the configuration that the image was built with; an image without one gets the defaults.
 *
 * @throws Error for a file that is not JSON, or newer than this boot program.
 */
export function readConfiguration(
  linux: Pick<Linux, "readText">,
  path: string = configurationPath,
): BootConfiguration {
  let text: string;
  try {
    text = linux.readText(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return defaultConfiguration;
    throw error;
  }
  const configuration: unknown = JSON.parse(text);
  if (!isConfiguration(configuration)) {
    throw new Error(`${path} is not a configuration of version ${defaultConfiguration.version}`);
  }
  return configuration;
}

function isConfiguration(value: unknown): value is BootConfiguration {
  return (
    typeof value === "object" &&
    value !== null &&
    "version" in value &&
    value.version === defaultConfiguration.version
  );
}
