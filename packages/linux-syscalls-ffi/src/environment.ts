import { fields, text } from "./arguments.ts";

/** The words of an argument list or an environment: MAX_ARG_STRLEN of execve(2). */
const longestWord = 131071;

/** One argument of a program. */
export function argument(call: string, name: string, value: unknown): string {
  return text(call, name, value, longestWord);
}

/** An environment as execve(2) takes it: `NAME=value` each. */
export function environmentWords(
  call: string,
  environment: Readonly<Record<string, string>>,
): string[] {
  const variables = fields(call, "environment", environment);
  return Object.entries(variables).map(([name, value]) => {
    const variable = argument(call, "environment", name);
    if (variable === "" || variable.includes("=")) {
      throw new RangeError(`${call}: environment has a name that is empty or contains "="`);
    }
    return `${variable}=${argument(call, `environment.${variable}`, value)}`;
  });
}
