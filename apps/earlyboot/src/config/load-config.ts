import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { registerHooks } from "node:module";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandError, errorText } from "../command-error.ts";
import { checkConfig } from "./check-config.ts";
import type { EarlybootConfig } from "./earlyboot-config.ts";

/** The names under which a configuration is looked for, in order. */
const configNames: readonly string[] = [
  "earlyboot.config.ts",
  "earlyboot.config.js",
  "earlyboot.config.mjs",
  "earlyboot.config.json",
];

/**
 * Loads the configuration: `file`, or the one in the current directory; without any, an empty one.
 *
 * @throws CommandError when a file that was named is missing, does not load, or holds something else.
 */
export async function loadConfig(file?: string): Promise<EarlybootConfig> {
  const found = file ?? configNames.find((name) => existsSync(name));
  if (found === undefined) return {};
  const config = checkConfig(await readConfig(resolve(found)), found);
  return withWholePaths(config, dirname(resolve(found)));
}

/** Files that a configuration names are beside it, wherever the command runs. */
function withWholePaths(config: EarlybootConfig, directory: string): EarlybootConfig {
  const { acpiTables, files, hooks } = config;
  const wholePath = (path: string) => resolve(directory, path);
  return {
    ...config,
    ...(hooks === undefined ? {} : { hooks: wholePath(hooks) }),
    ...(acpiTables === undefined ? {} : { acpiTables: acpiTables.map(wholePath) }),
    ...(files === undefined
      ? {}
      : {
          files: files.map((one) =>
            typeof one === "string" ? one : { ...one, from: wholePath(one.from) },
          ),
        }),
  };
}

async function readConfig(path: string): Promise<unknown> {
  try {
    if (path.endsWith(".json")) return JSON.parse(await readFile(path, "utf8"));
    return await importConfig(path);
  } catch (error) {
    throw new CommandError(`The configuration ${path} does not load: ${errorText(error)}`, {
      cause: error,
    });
  }
}

/** A configuration may import this package wherever it lies: it means the one that reads it. */
async function importConfig(path: string): Promise<unknown> {
  const self = new URL("../index.js", import.meta.url).href;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "@earlyboot/earlyboot"
        ? { url: self, shortCircuit: true }
        : next(specifier, context),
  });
  try {
    const module: { readonly default?: unknown } = await import(pathToFileURL(path).href);
    return module.default;
  } finally {
    hooks.deregister();
  }
}
