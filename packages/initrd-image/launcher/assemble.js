// Writes src/launcher-code.ts from x64.s and arm64.s: `node launcher/assemble.js`, with GNU binutils for both.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";

const here = import.meta.dirname;

/** One line of the assembler's listing: number, offset, bytes, source. */
const listed = /^ *\d+ (?:[0-9a-f]{4} ((?:[0-9A-F]{2,8} ?)+))?[ \t]*(.*)$/;

function table(assembler, architecture) {
  const listing = execFileSync(assembler, [
    "-aln",
    "--listing-lhs-width=32",
    "-o",
    "/dev/null",
    `${here}/${architecture}.s`,
  ]);
  const lines = listing
    .toString()
    .split("\n")
    .map((line) => listed.exec(line));
  return lines.flatMap((match) => (match === null ? [] : row(match[1], match[2]))).join("\n");
}

function row(bytes, source = "") {
  const text = source
    .replaceAll(/\s+/g, " ")
    .replace(/ (#|\/\/) /, "  — ")
    .trim();
  const comment = text === "" || text.startsWith("#") || text.startsWith("//") ? "" : ` // ${text}`;
  if (bytes === undefined) return /^\w+:/.test(text) ? [`  //   ${text}`] : [];
  return [`  "${bytes.toLowerCase().replaceAll(" ", "")}",${comment}`];
}

writeFileSync(
  `${here}/../src/launcher-code.ts`,
  `import type { Architecture } from "./plan.ts";

// Made by launcher/assemble.js from launcher/x64.s and launcher/arm64.s.

// oxfmt-ignore
const x64 = [
${table("as", "x64")}
];

// oxfmt-ignore
const arm64 = [
${table("aarch64-linux-gnu-as", "arm64")}
];

/** The launcher's machine code, in hexadecimal; its words and its environment stand behind it. */
export const launcherCode: Readonly<Record<Architecture, string>> = {
  x64: x64.join(""),
  arm64: arm64.join(""),
};
`,
);
