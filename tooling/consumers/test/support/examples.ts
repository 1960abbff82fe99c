import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { root } from "./workspace.ts";

/** A complete program from a document. */
export interface Example {
  /** The package whose README it is in, or the page of the guide. */
  readonly subject: string;
  /** Its file in a project. */
  readonly file: string;
  readonly text: string;
}

/** The examples of all READMEs and of the guide. */
export function readExamples(): readonly Example[] {
  const documents = globSync(["{packages,apps}/*/README.md", "docs/guide/*.md"], { cwd: root });
  return documents.toSorted().flatMap(examplesIn);
}

/** Blocks of `ts` or `js` that are complete: those that begin with an import. */
function examplesIn(document: string): readonly Example[] {
  const name = basename(document, ".md");
  const subject = name === "README" ? basename(dirname(document)) : name;
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(/^```(ts|js)\n(import [^]*?)^```$/gm)].map(
    ([, language = "", code = ""], index) => ({
      subject,
      file: `${subject}-${index + 1}.${language}`,
      text: code,
    }),
  );
}
