import { nearestWord, printable } from "@earlyboot/linux-syscalls";

import type { ModuleMatch } from "./match-alias.ts";
import { moduleName } from "./module-name.ts";
import { normaliseAlias } from "./normalise-alias.ts";
import { wordsOf } from "./words-of.ts";

/** Modules that are worth loading together with another, though it works without them. */
export interface SoftDependencies {
  /** Names or aliases of what is loaded before it. */
  readonly before: readonly string[];
  /** Names or aliases of what is loaded after it. */
  readonly after: readonly string[];
}

/** A file of lines as in modprobe.d(5): one of `modprobe.d`, `modules.softdep` or `modules.weakdep`. */
export interface ConfigurationFile {
  readonly path: string;
  readonly text: string;
  /** Why it cannot be read. */
  readonly error?: unknown;
}

/** What the lines of modprobe.d(5) say. The keys of the maps are names as the kernel has them. */
export interface ModprobeConfiguration {
  /** Parameters of modules, or of aliases by which they are asked for, as they are written. */
  readonly options: readonly (readonly [module: string, parameters: string])[];
  /** Aliases of its own, with their modules. */
  readonly aliases: readonly (readonly [pattern: string, module: string])[];
  /** Modules that no alias loads. */
  readonly blacklist: ReadonlySet<string>;
  readonly softDependencies: ReadonlyMap<string, SoftDependencies>;
  /** What an image has to hold beside a module, although nothing loads the two together. */
  readonly weakDependencies: ReadonlyMap<string, readonly string[]>;
  /** Modules that `install` hands to a command, which is not run: why they are not loaded. */
  readonly refused: ReadonlyMap<string, string>;
  /** Every line that is not followed, with its file, its number and the reason. */
  readonly problems: readonly string[];
}

/** Reads lines of modprobe.d(5). What several lines say about one module adds up. */
export function parseModprobeConfiguration(
  files: readonly ConfigurationFile[],
): ModprobeConfiguration {
  const found: Found = {
    options: [],
    aliases: [],
    blacklist: new Set(),
    softDependencies: new Map(),
    weakDependencies: new Map(),
    refused: new Map(),
    problems: [],
  };
  for (const { path, text, error } of files) {
    if (error !== undefined)
      found.problems.push(`${path} cannot be read: ${printable(wordsOf(error))}`);
    for (const [number, line] of logicalLines(text)) {
      const [, command = "", subject = "", rest = ""] = /^(\S+)\s*(\S*)\s*(.*)$/s.exec(line) ?? [];
      const problem = directives.get(command)?.(found, subject, rest) ?? unknownCommand(command);
      if (problem === followed) continue;
      const message = `${path}:${number}: ${printable(line)}: ${problem}`;
      found.problems.push(message);
      if (command === "install") found.refused.set(moduleName(subject), message);
    }
  }
  return found;
}

/** What `options` say about a module, also as an alias that it is asked for by, in the order of the lines. */
export function configuredOptions(
  { options }: Pick<ModprobeConfiguration, "options">,
  { module, alias }: ModuleMatch,
): readonly string[] {
  return options.filter(([name]) => name === module || name === alias).map(([, text]) => text);
}

interface Found {
  readonly options: [module: string, parameters: string][];
  readonly aliases: [pattern: string, module: string][];
  readonly blacklist: Set<string>;
  readonly softDependencies: Map<string, SoftDependencies>;
  readonly weakDependencies: Map<string, readonly string[]>;
  readonly refused: Map<string, string>;
  readonly problems: string[];
}

/** Lines with their numbers, less comments. A backslash takes away the end of its line, or else itself. */
function* logicalLines(text: string): Iterable<readonly [number: number, line: string]> {
  let pending = "";
  let first = 1;
  for (const [index, line] of text.split("\n").entries()) {
    pending += line.replace(/\\(.?)/g, "$1");
    if (/(?<!\\)(?:\\\\)*\\$/.test(line)) continue;
    const trimmed = pending.trim();
    if (trimmed !== "" && !trimmed.startsWith("#")) yield [first, trimmed];
    pending = "";
    first = index + 2;
  }
}

const followed = "";

/** Follows a line; gives why not, or {@link followed}. */
type Directive = (found: Found, subject: string, rest: string) => string;

const directives: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  [
    "alias",
    ({ aliases }, pattern, module) => {
      if (module === "") return "an alias needs a pattern and a module";
      aliases.push([normaliseAlias(pattern), moduleName(module)]);
      return followed;
    },
  ],
  [
    "options",
    ({ options }, module, rest) => {
      if (rest === "") return "options need a module and its parameters";
      options.push([normaliseAlias(module), rest]);
      return followed;
    },
  ],
  [
    "blacklist",
    ({ blacklist }, module) => {
      if (module === "") return "blacklist needs a module";
      blacklist.add(moduleName(module));
      return followed;
    },
  ],
  [
    "softdep",
    ({ softDependencies }, module, rest) => {
      const { before, after } = softDependencies.get(moduleName(module)) ?? none;
      const more = parseSoftDependencies(rest);
      softDependencies.set(moduleName(module), {
        before: [...before, ...more.before],
        after: [...after, ...more.after],
      });
      return followed;
    },
  ],
  [
    "weakdep",
    ({ weakDependencies }, module, rest) => {
      const before = weakDependencies.get(moduleName(module)) ?? [];
      weakDependencies.set(moduleName(module), [...before, ...rest.split(/\s+/).filter(Boolean)]);
      return followed;
    },
  ],
  ["install", () => "no command is run for a module, so it is not loaded"],
  ["remove", () => "no command is run for a module"],
]);

const none: SoftDependencies = { before: [], after: [] };

/** Words before `pre:` or `post:` say nothing, as in kmod. */
function parseSoftDependencies(text: string): SoftDependencies {
  const lists = { "pre:": [] as string[], "post:": [] as string[] };
  let current: string[] | undefined;
  for (const word of text.split(/\s+/)) {
    if (word === "pre:" || word === "post:") current = lists[word];
    else if (word !== "") current?.push(word);
  }
  return { before: lists["pre:"], after: lists["post:"] };
}

function unknownCommand(command: string): string {
  const nearest = nearestWord(command, directives.keys());
  const hint = nearest === undefined ? "" : `; did you mean '${nearest}'?`;
  return `unknown command '${printable(command)}'${hint}`;
}
