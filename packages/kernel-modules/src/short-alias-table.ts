import type { AliasTable } from "./alias-table.ts";
import { matchesPattern } from "./matches-pattern.ts";
import { moduleName } from "./module-name.ts";
import { normaliseAlias } from "./normalise-alias.ts";

/** A line of a table. */
interface AliasLine {
  readonly pattern: string;
  /** What an alias that matches begins with: the pattern up to its first wildcard. */
  readonly beginning: string;
  readonly module: string;
}

/** A table of aliases that looks at each line of a bus for every question about that bus. */
export function shortAliasTable(text: string): AliasTable {
  let all: readonly AliasLine[] | undefined;
  const byBus = new Map<string, readonly AliasLine[]>();

  function linesOf(bus: string): readonly AliasLine[] {
    all ??= text.split("\n").filter(isAlias).map(parseLine);
    return all.filter(({ beginning }) => beginning.startsWith(bus) || bus.startsWith(beginning));
  }

  return {
    match(name) {
      const alias = name.replaceAll("-", "_");
      const bus = alias.slice(0, alias.indexOf(":") + 1);
      const lines = byBus.get(bus) ?? linesOf(bus);
      byBus.set(bus, lines);
      const found = new Set<string>();
      for (const { beginning, pattern, module } of lines) {
        if (alias.startsWith(beginning) && matchesPattern(pattern, alias)) found.add(module);
      }
      return [...found];
    },
  };
}

const keyword = "alias ";

function isAlias(line: string): boolean {
  return line.startsWith(keyword);
}

function parseLine(line: string): AliasLine {
  const [written = "", module = ""] = line.slice(keyword.length).split(" ");
  const pattern = normaliseAlias(written);
  const wildcard = pattern.search(/[*?[\\]/);
  const beginning = wildcard === -1 ? pattern : pattern.slice(0, wildcard);
  return { pattern, beginning, module: moduleName(module) };
}
