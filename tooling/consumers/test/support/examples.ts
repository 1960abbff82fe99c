import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PackageDirectory } from "./workspace.ts";

/** A complete program from a README. */
export interface Example {
  /** The package whose README it is in, without the scope. */
  readonly package: string;
  /** Its file in a project. */
  readonly file: string;
  readonly text: string;
}

/** The blocks of `ts` or `js` of a README that are complete: those that begin with an import. */
export function readExamples({ directory, manifest }: PackageDirectory): readonly Example[] {
  const readme = readFileSync(join(directory, "README.md"), "utf8");
  const name = manifest.name.replace("@earlyboot/", "");
  return [...readme.matchAll(/^```(?<language>ts|js)\n(?<text>import [^]*?)^```$/gm)].map(
    ({ groups: { language = "", text = "" } = {} }, index) => ({
      package: name,
      file: `${name}-${index + 1}.${language}`,
      text,
    }),
  );
}
