import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { root } from "./documents.ts";

const kept = new Map<string, ReadonlySet<string>>();

/** The names, of values and types, that a package exports from an entry: `@earlyboot/cmdline`. */
export function exportsOf(entry: string): ReadonlySet<string> {
  const known = kept.get(entry) ?? read(entry);
  kept.set(entry, known);
  return known;
}

function read(entry: string): ReadonlySet<string> {
  const file = typesOf(entry);
  if (file === undefined) return new Set();
  const program = ts.createProgram([file], {
    noLib: true,
    types: [],
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    module: ts.ModuleKind.NodeNext,
  });
  const source = program.getSourceFile(file);
  const symbol = source && program.getTypeChecker().getSymbolAtLocation(source);
  const found = symbol ? program.getTypeChecker().getExportsOfModule(symbol) : [];
  return new Set(found.map(({ name }) => name));
}

function typesOf(entry: string): string | undefined {
  const [, name = "", ...rest] = entry.split("/");
  for (const directory of [join(root, "packages", name), join(root, "apps", name)]) {
    if (!existsSync(directory)) continue;
    const { exports = {} } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
    const file: unknown = exports[[".", ...rest].join("/")];
    if (typeof file === "string") return join(directory, file.replace(/\.js$/, ".d.ts"));
  }
  return undefined;
}
