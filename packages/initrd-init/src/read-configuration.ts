import { parseCommandLine } from "@earlyboot/cmdline";
import { type Linux, errorCode } from "@earlyboot/linux-syscalls";
import { type BootConfiguration, defaultConfiguration } from "./boot-configuration.ts";
import { messageOf } from "./boot-failure.ts";
import { readBootSettings } from "./boot-settings.ts";

/** Where an image holds its configuration. */
export const configurationPath = "/etc/earlyboot.json";

/** A configuration as it was found in an image. */
export interface LoadedConfiguration extends BootConfiguration {
  /** Why the image's configuration cannot be used; the boot then fails with these words. */
  readonly problem?: string;
}

/**
 * Reads the configuration that the image was built with; an image without one gets the defaults. Never
 * throws: one that cannot be used, damaged or newer than this boot program, gives a locked configuration
 * with its `problem`, for nobody knows any more whether the image was meant to be open.
 */
export function readConfiguration(
  linux: Pick<Linux, "readText">,
  path: string = configurationPath,
): LoadedConfiguration {
  try {
    const configuration: unknown = JSON.parse(linux.readText(path));
    if (isConfiguration(configuration)) return tried(configuration);
    return unusable(`${path} is not a configuration of version ${defaultConfiguration.version}`);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return defaultConfiguration;
    return unusable(`${path} cannot be read: ${messageOf(error)}`);
  }
}

/** Reads the settings once, which throws where a field is not what it should be. */
function tried(configuration: BootConfiguration): BootConfiguration {
  readBootSettings(parseCommandLine(""), configuration);
  return configuration;
}

function unusable(problem: string): LoadedConfiguration {
  return { ...defaultConfiguration, repl: { access: "off" }, problem };
}

function isConfiguration(value: unknown): value is BootConfiguration {
  return (
    typeof value === "object" &&
    value !== null &&
    "version" in value &&
    value.version === defaultConfiguration.version
  );
}
