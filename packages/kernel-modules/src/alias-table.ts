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
  return { match: (alias) => search((cabinet ??= fileLines(text)), text, normaliseAlias(alias)) };
}

/** `-` is the same as `_` everywhere but in a set: `[0-9]`. */
export function normaliseAlias(alias: string): string {
  if (!alias.includes("-")) return alias;
  return alias.replace(/\[[^\]]*\]|-/g, (piece) => (piece === "-" ? "_" : piece));
}

/** Where in the text the patterns begin, by letters that an alias must have. */
interface Cabinet {
  /** By all letters before the first wildcard. */
  readonly byBeginning: ReadonlyMap<string, readonly number[]>;
  /** The lengths of all these beginnings. */
  readonly lengths: ReadonlySet<number>;
  /** By letters in their middle: the patterns whose beginning they share with too many, as `of:N*T*C…`. */
  readonly byMiddle: ReadonlyMap<string, readonly number[]>;
}

const keyword = "alias ";
/** A shorter beginning tells too little: every `acpi*:…:*`, every `hid:b0003g*v…` has it. */
const leastBeginning = 12;
const middleLength = 6;

function fileLines(text: string): Cabinet {
  const byBeginning = new Map<string, number[]>();
  const byMiddle = new Map<string, number[]>();
  const lengths = new Set<number>();
  for (const [start, end] of patternsIn(text)) {
    const wildcard = firstWildcard(text, start, end);
    const middle =
      wildcard - start < leastBeginning && wildcard < end ? middleOf(text, wildcard, end) : "";
    if (middle !== "") {
      put(byMiddle, middle, start);
    } else {
      put(byBeginning, normaliseAlias(text.slice(start, wildcard)), start);
      lengths.add(wildcard - start);
    }
  }
  return { byBeginning, lengths, byMiddle };
}

function* patternsIn(text: string): Iterable<readonly [start: number, end: number]> {
  for (let line = 0; line < text.length; line = text.indexOf("\n", line) + 1 || text.length) {
    if (!text.startsWith(keyword, line)) continue;
    const start = line + keyword.length;
    yield [start, text.indexOf(" ", start)];
  }
}

function firstWildcard(text: string, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    // `*`, `?`, `[` and `\`
    if (code === 0x2a || code === 0x3f || code === 0x5b || code === 0x5c) return i;
  }
  return end;
}

/** The last letters of the longest run without a wildcard; "" where none is long enough. */
function middleOf(text: string, start: number, end: number): string {
  const runs = text.slice(start, end).split(/\*|\?|\[[^\]]*\]|\\./);
  let longest = "";
  for (const run of runs) if (run.length > longest.length) longest = run;
  return longest.length < middleLength ? "" : normaliseAlias(longest.slice(-middleLength));
}

function put(drawers: Map<string, number[]>, key: string, start: number): void {
  const drawer = drawers.get(key);
  if (drawer === undefined) drawers.set(key, [start]);
  else drawer.push(start);
}

function search(cabinet: Cabinet, text: string, alias: string): readonly string[] {
  const starts: number[] = [];
  for (const length of cabinet.lengths) {
    starts.push(...(cabinet.byBeginning.get(alias.slice(0, length)) ?? []));
  }
  for (let i = 0; i + middleLength <= alias.length; i++) {
    starts.push(...(cabinet.byMiddle.get(alias.slice(i, i + middleLength)) ?? []));
  }
  const found = new Set<string>();
  for (const start of starts.toSorted((a, b) => a - b)) {
    const [pattern = "", module = ""] = text.slice(start, text.indexOf("\n", start)).split(" ");
    if (matchesPattern(normaliseAlias(pattern), alias)) found.add(module);
  }
  return [...found];
}
