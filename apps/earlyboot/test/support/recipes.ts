import { readFileSync } from "node:fs";

const document = readFileSync(new URL("../../../../docs/recipes.md", import.meta.url), "utf8");

/** The script of docs/recipes.md that follows `words`, its name or its heading. */
export function recipe(words: string): string {
  const start = document.indexOf(words);
  const script = /^```sh\n([^]*?)^```$/m.exec(document.slice(start))?.[1];
  if (start === -1 || script === undefined) throw new Error(`no recipe after ${words}`);
  return script;
}
