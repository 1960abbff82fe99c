import { formatParameter, parseCommandLine, type Parameter } from "@earlyboot/cmdline";

/**
 * Joins texts of parameters into one, as the kernel wants it: of those with the same name (`-` is `_`) only
 * the last stays, and a value with blanks is quoted.
 */
export function mergeParameters(texts: readonly string[]): string {
  if (texts.every((text) => text === "")) return "";
  const last = new Map<string, Parameter>();
  for (const parameter of texts.flatMap((text) => parseCommandLine(text).parameters)) {
    const key = parameter.name.replaceAll("-", "_");
    last.delete(key);
    last.set(key, parameter);
  }
  return Array.from(last.values(), (parameter) => formatParameter(parameter)).join(" ");
}
