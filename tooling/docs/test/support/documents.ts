import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The root of the repository. */
export const root: string = join(import.meta.dirname, "../../../..");

/** A Markdown file of the repository. */
export interface Document {
  readonly path: string;
  readonly text: string;
}

/** Every document that a reader may open. */
export const documents: readonly Document[] = globSync(
  ["*.md", "docs/**/*.md", "packages/*/README.md", "apps/*/README.md"],
  { cwd: root },
)
  .toSorted()
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

/** The lines of blocks of code in one of `languages`. */
export function codeLines({ text }: Document, languages: string): readonly string[] {
  const blocks = text.matchAll(new RegExp(`^\`\`\`(?:${languages})\\n([^]*?)^\`\`\`$`, "gm"));
  return [...blocks].flatMap(([, block = ""]) => block.split("\n"));
}

/** What stands between backticks in a line of prose or of a table. */
export function inlineCode({ text }: Document): readonly string[] {
  const prose = text.replaceAll(/^```[^]*?^```$/gm, "");
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}
