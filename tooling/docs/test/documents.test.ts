import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { pages } from "../reference.ts";
import { codeLines, documents, inlineCode, root } from "./support/documents.ts";
import { commandHelp } from "./support/command-help.ts";
import { exportsOf } from "./support/exports-of.ts";

it.each(Object.entries(pages))("%s is what `pnpm run reference` writes", (path, text) => {
  expect(readFileSync(join(root, path), "utf8")).toBe(text);
});

describe.each(documents)("$path", (document) => {
  it("links to files and headings that are there", () => {
    const links = [...document.text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
    const here = join(root, document.path);

    const broken = links
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path = "", heading] = link.split("#");
        const file = path === "" ? here : resolve(dirname(here), path);
        return !existsSync(file) || (heading !== undefined && !headings(file).includes(heading));
      });

    expect(broken).toEqual([]);
  });

  it("names commands and options of earlyboot that exist", async () => {
    const used = [...codeLines(document, "sh|console"), ...inlineCode(document)].flatMap(
      earlybootWords,
    );

    expect((await Promise.all(used.map(unknownWords))).flat()).toEqual([]);
  });

  it("names scripts that exist", () => {
    const scripts = { ...scriptsIn("."), ...scriptsIn(dirname(document.path)) };
    const lines = [...codeLines(document, "sh|console"), ...inlineCode(document)];

    const used = lines.flatMap((line) =>
      [...line.matchAll(/^(?:.*&& )?(?:pnpm|npm) (?:run )?([a-z][\w:-]*)/g)].map(
        ([, name = ""]) => name,
      ),
    );

    expect(used.filter((name) => !(name in scripts) && !ownCommands.has(name))).toEqual([]);
  });

  it("imports what is exported", () => {
    const code = codeLines(document, "ts|js").join("\n");
    const imports = code.matchAll(/import \{([^}]*)\} from "(@earlyboot\/[^"]+)"/g);

    const missing = [...imports].flatMap(([, names = "", entry = ""]) =>
      names
        .split(",")
        .map((name) =>
          name
            .replace(/\btype\b/, "")
            .replace(/ as .*/, "")
            .trim(),
        )
        .filter((name) => name !== "" && !exportsOf(entry).has(name))
        .map((name) => `${name} of ${entry}`),
    );

    expect(missing).toEqual([]);
  });

  it("names boot parameters that exist", () => {
    const table = pages["docs/reference/boot-parameters.md"] ?? "";
    const used =
      document.text.match(/\b(?<![\w/.@-])earlyboot\.(?!conf|img|json|dev)[a-z]+\b/g) ?? [];

    expect(used.filter((name) => !table.includes(`\`${name}`))).toEqual([]);
  });
});

const readmes = documents.filter(({ path }) => path.startsWith("packages/"));

it.each(readmes)("$path installs what its example imports", (document) => {
  const install = codeLines(document, "sh").find((line) => line.startsWith("npm install "));
  const [, example = ""] = /^```(?:ts|js)\n(import [^]*?)^```$/m.exec(document.text) ?? [];
  const imported = [...example.matchAll(/from "(@earlyboot\/[^"/]+)/g)].map(([, name]) => name);

  expect(install?.split(" ").slice(2)).toEqual(expect.arrayContaining(imported));
});

/** What npm and pnpm do themselves. */
const ownCommands = new Set([
  "install",
  "exec",
  "start",
  "test",
  "changeset",
  "turbo",
  "publish",
  "pack",
  "create",
]);

function scriptsIn(directory: string): Readonly<Record<string, string>> {
  const file = join(root, directory, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).scripts : {};
}

/** The words after `earlyboot` in a line that runs it. */
function earlybootWords(line: string): readonly (readonly string[])[] {
  const command =
    /^(?:[$#] )?(?:sudo )?(?:pnpm |npx |npx --yes )?(?:@earlyboot\/)?earlyboot ([a-z].*)$/.exec(
      line,
    )?.[1];
  if (command === undefined) return [];
  return [command.replace(/ +(#|&&|\|).*/, "").split(/ +/)];
}

async function unknownWords([command = "", ...words]: readonly string[]): Promise<
  readonly string[]
> {
  const help = await commandHelp(command);
  if (help === undefined) return [`earlyboot ${command}`];
  return words
    .filter((word) => word.startsWith("-"))
    .map((word) => word.replace(/=.*/, ""))
    .filter((word) => !new RegExp(`(^|[\\s,])${word}\\b`, "m").test(help))
    .map((word) => `earlyboot ${command} ${word}`);
}

/** The headings of a document, as the addresses by which hosts of repositories link to them. */
function headings(file: string): readonly string[] {
  const lines = readFileSync(file, "utf8").match(/^#+ .*$/gm) ?? [];
  return lines.map((line) =>
    line
      .replace(/^#+ /, "")
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}
