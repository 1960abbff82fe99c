import { spell } from "./format-command-line.ts";
import type { CommandLine, Parameter } from "./parse-command-line.ts";

/** The value of the last `name=…`, the one that counts for the kernel; `undefined` when there is none. */
export function lastValue(
  commandLine: Pick<CommandLine, "parameters">,
  name: string,
): string | undefined {
  return allValues(commandLine, name).at(-1);
}

/** The values of all `name=…`, in order. A bare `name` has no value. */
export function allValues(
  commandLine: Pick<CommandLine, "parameters">,
  name: string,
): readonly string[] {
  return commandLine.parameters.flatMap((parameter) =>
    parameter.value !== undefined && sameName(parameter.name, name) ? [parameter.value] : [],
  );
}

/** Whether there is a `name`, with or without a value. */
export function hasParameter(commandLine: Pick<CommandLine, "parameters">, name: string): boolean {
  return commandLine.parameters.some((parameter) => sameName(parameter.name, name));
}

/**
 * The words to load `module` with: `name=value` for each `module.name=value`, quoted where needed. Of one name
 * the last counts. What no parameter of a module can be, such as a name with an open quote, is left out.
 */
export function moduleParameters(
  commandLine: Pick<CommandLine, "parameters">,
  module: string,
): readonly string[] {
  const words = new Map<string, string>();
  for (const parameter of commandLine.parameters) {
    const own = ofModule(parameter, module);
    const word = own && spell(own, false);
    if (own === undefined || word === undefined) continue;
    const key = canonicalName(own.name);
    words.delete(key);
    words.set(key, word);
  }
  return [...words.values()];
}

/** Whether two names are one to the kernel, for which `-` and `_` are the same letter. */
export function sameName(a: string, b: string): boolean {
  return canonicalName(a) === canonicalName(b);
}

function canonicalName(name: string): string {
  return name.replaceAll("-", "_");
}

/** The parameter without its module, when it is one of `module`. */
function ofModule(parameter: Parameter, module: string): Parameter | undefined {
  const dot = parameter.name.indexOf(".");
  if (dot < 0 || !sameName(parameter.name.slice(0, dot), module)) return undefined;
  const name = parameter.name.slice(dot + 1);
  return name === "" ? undefined : { ...parameter, name };
}
