import { matchesPattern } from "./matches-pattern.ts";
import { moduleName } from "./module-name.ts";
import { normaliseAlias } from "./normalise-alias.ts";
import { shortAliasTable } from "./short-alias-table.ts";

/** Aliases and the modules that they stand for. */
export interface AliasTable {
  /** The modules with a pattern that `alias` matches, each once, in the order of the table. */
  match(alias: string): readonly string[];
}

/**
 * Reads lines `alias PATTERN MODULE`, as depmod(8) writes them in `modules.alias`.
 *
 * Nothing is read before the first question. Then every line of a long table is filed under letters that
 * an alias must have to match it, so that a question looks at a handful of lines instead of tens of
 * thousands. In the few hundred of an image that takes longer than to look at each of them.
 */
export function parseAliases(text: string): AliasTable {
  if (text.length < shortTable) return shortAliasTable(text);
  let cabinet: Cabinet | undefined;
  return { match: (alias) => search((cabinet ??= fileLines(text)), alias) };
}

/** In characters; a line has some 60. */
const shortTable = 16384;

/**
 * The lines, by letters that an alias must have to match: the last before a pattern's first wildcard, or,
 * where there are few (every `acpi*:…:*` and `hid:b0003g*v…` has them), the last between two.
 *
 * A drawer is a number made of letters. Two that fall into one do no harm, for every line that is found is
 * compared in the end; tens of thousands of texts as keys would cost twice the rest.
 */
interface Cabinet {
  readonly text: string;
  /** The last line in each drawer, by its number from 1 on; 0 in an empty one. */
  readonly drawers: Uint32Array;
  /** The line that was in the same drawer before each. */
  readonly previous: Uint32Array;
  /** Where in the text the pattern of each line begins. */
  readonly starts: Uint32Array;
  /** How many letters there are before the first wildcards. */
  readonly lengths: ReadonlySet<number>;
}

const keyword = "alias ";
const shortestLine = "alias a b\n".length;
const leastBeginning = 12;
const lastLength = 6;

/** Runs once, and cold for most of the lines: the engine's own searches are faster than loops of ours. */
function fileLines(text: string): Cabinet {
  const most = Math.ceil(text.length / shortestLine) + 1;
  const drawers = new Uint32Array(drawerCount);
  const previous = new Uint32Array(most);
  const starts = new Uint32Array(most);
  const lengths = new Set<number>();
  const rare = Array.from(text.matchAll(/[?[\\]/g), ({ index }) => index);
  let next = 0;
  let count = 0;
  const first = text.startsWith(keyword) ? keyword.length : nextPattern(text, 0);
  for (let start = first; start !== -1; start = nextPattern(text, start)) {
    const end = text.indexOf(" ", start);
    while ((rare[next] ?? end) < start) next++;
    const star = text.indexOf("*", start);
    const wildcard = Math.min(end, star === -1 ? end : star, rare[next] ?? end);
    const few = wildcard < end && wildcard - start < leastBeginning;
    const last = few ? lastLetters(text.slice(wildcard, end)) : "";
    if (last === "") lengths.add(wildcard - start);
    const drawer = last === "" ? beginningDrawer(text, start, wildcard) : lastDrawer(last, 0);
    starts[++count] = start;
    previous[count] = drawers[drawer] ?? 0;
    drawers[drawer] = count;
  }
  return { text, drawers, previous, starts, lengths };
}

/** Where the pattern of the next line begins; -1 behind the last. */
function nextPattern(text: string, from: number): number {
  const line = text.indexOf(`\n${keyword}`, from);
  return line === -1 ? -1 : line + 1 + keyword.length;
}

const drawerCount = 0x20000;
const beginningLength = 10;

/** The drawer of what begins with the letters from `start` to `end`: by how many they are, and their last. */
function beginningDrawer(text: string, start: number, end: number): number {
  return drawerOf(text, Math.max(start, end - beginningLength), end, end - start);
}

function lastDrawer(text: string, start: number): number {
  return drawerOf(text, start, start + lastLength, 0);
}

function drawerOf(text: string, start: number, end: number, seed: number): number {
  let hash = seed;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    hash = Math.imul(hash, 31) + (code === dash ? underscore : code);
  }
  return (hash ^ (hash >>> 17)) & (drawerCount - 1);
}

const dash = 0x2d;
const underscore = 0x5f;

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

function search(cabinet: Cabinet, name: string): readonly string[] {
  const { text, starts, lengths } = cabinet;
  const alias = name.replaceAll("-", "_");
  const lines = new Set<number>();
  for (const length of lengths) {
    if (length <= alias.length) empty(cabinet, beginningDrawer(alias, 0, length), lines);
  }
  for (let at = 0; at + lastLength <= alias.length; at++) {
    empty(cabinet, lastDrawer(alias, at), lines);
  }
  const found = new Set<string>();
  for (const line of Array.from(lines).toSorted((a, b) => a - b)) {
    const [pattern = "", module = ""] = lineAt(text, starts[line] ?? 0).split(" ");
    if (matchesPattern(normaliseAlias(pattern), alias)) found.add(moduleName(module));
  }
  return [...found];
}

/** Takes the lines out of a drawer. */
function empty({ drawers, previous }: Cabinet, drawer: number, lines: Set<number>): void {
  for (let line = drawers[drawer] ?? 0; line !== 0; line = previous[line] ?? 0) lines.add(line);
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf("\n", start);
  return text.slice(start, end === -1 ? text.length : end);
}
