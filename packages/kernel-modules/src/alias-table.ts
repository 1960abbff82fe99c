import { matchesPattern } from "./matches-pattern.ts";

/** Aliases and the modules that they stand for. */
export interface AliasTable {
  /** The modules with a pattern that `alias` matches, each once, in the order of the table. */
  match(alias: string): readonly string[];
}

/**
 * Reads lines `alias PATTERN MODULE`, as depmod(8) writes them in `modules.alias`.
 *
 * Nothing is read before the first question. Then every line is filed under letters that an alias must
 * have to match it, so that a question looks at a handful of lines instead of tens of thousands.
 */
export function parseAliases(text: string): AliasTable {
  let cabinet: Cabinet | undefined;
  return { match: (alias) => search((cabinet ??= fileLines(normaliseAlias(text))), alias) };
}

/** `-` is the same as `_` everywhere but in a set: `[0-9]`. */
export function normaliseAlias(alias: string): string {
  if (!alias.includes("-")) return alias;
  return alias.replace(/\[[^\]]*\]|-/g, (piece) => (piece === "-" ? "_" : piece));
}

/**
 * Where in the text the patterns begin, by letters that an alias must have: all those before the first
 * wildcard, or, where these are few (every `acpi*:…:*` and `hid:b0003g*v…` has them), the last between two.
 */
interface Cabinet {
  readonly text: string;
  readonly byBeginning: Drawers;
  /** The lengths of all these beginnings. */
  readonly lengths: ReadonlySet<number>;
  readonly byLast: Drawers;
}

type Drawers = ReadonlyMap<string, number | readonly number[]>;

const keyword = "\nalias ";
const leastBeginning = 12;
const lastLength = 6;

/** Runs once, and cold for most of the lines: the engine's own searches are faster than loops of ours. */
function fileLines(lines: string): Cabinet {
  const text = `\n${lines}`;
  const byBeginning = new Map<string, number | number[]>();
  const byLast = new Map<string, number | number[]>();
  const lengths = new Set<number>();
  const rare = Array.from(text.matchAll(/[?[\\]/g), ({ index }) => index);
  let next = 0;
  for (let line = text.indexOf(keyword); line !== -1; line = text.indexOf(keyword, line + 1)) {
    const start = line + keyword.length;
    const end = text.indexOf(" ", start);
    while ((rare[next] ?? end) < start) next++;
    const star = text.indexOf("*", start);
    const wildcard = Math.min(end, star === -1 ? end : star, rare[next] ?? end);
    const few = wildcard < end && wildcard - start < leastBeginning;
    const last = few ? lastLetters(text.slice(wildcard, end)) : "";
    if (last !== "") {
      put(byLast, last, start);
    } else {
      put(byBeginning, text.slice(start, wildcard), start);
      lengths.add(wildcard - start);
    }
  }
  return { text, byBeginning, lengths, byLast };
}

/** The end of the last long run of letters in a pattern; empty where none is long enough. */
function lastLetters(pattern: string): string {
  const end = pattern.endsWith("*") ? pattern.length - 1 : pattern.length;
  const letters = pattern.slice(Math.max(0, end - lastLength), end);
  if (letters.length === lastLength && !anyWildcard.test(letters)) return letters;
  const runs = pattern
    .split("*")
    .filter((run) => run.length >= lastLength && !anyWildcard.test(run));
  return runs.at(-1)?.slice(-lastLength) ?? "";
}

const anyWildcard = /[*?[\]\\]/;

function put(drawers: Map<string, number | number[]>, letters: string, start: number): void {
  const drawer = drawers.get(letters);
  if (drawer === undefined) drawers.set(letters, start);
  else if (typeof drawer === "number") drawers.set(letters, [drawer, start]);
  else drawer.push(start);
}

function search({ text, byBeginning, lengths, byLast }: Cabinet, name: string): readonly string[] {
  const alias = name.replaceAll("-", "_");
  const starts: number[] = [];
  for (const length of lengths) {
    if (length <= alias.length) take(starts, byBeginning.get(alias.slice(0, length)));
  }
  for (let at = 0; at + lastLength <= alias.length; at++) {
    take(starts, byLast.get(alias.slice(at, at + lastLength)));
  }
  const found = new Set<string>();
  for (const start of starts.toSorted((a, b) => a - b)) {
    const [pattern = "", module = ""] = lineAt(text, start).split(" ");
    if (matchesPattern(pattern, alias)) found.add(module);
  }
  return [...found];
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf("\n", start);
  return text.slice(start, end === -1 ? text.length : end);
}

function take(starts: number[], drawer: number | readonly number[] = []): void {
  if (typeof drawer === "number") starts.push(drawer);
  else for (const start of drawer) starts.push(start);
}
