import { isBlank } from "./parse-command-line.ts";

/** Splits a text at its blanks and at nothing else: quotes are letters like any other. */
export function commandLineWords(text: string): readonly string[] {
  const words: string[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && !isBlank(text.charCodeAt(at))) continue;
    if (at > start) words.push(text.slice(start, at));
    start = at + 1;
  }
  return words;
}

/** The value of the first word `OPTION=…`, as in `findLongOption("--root", words)`. */
export function findLongOption(option: string, words: readonly string[]): string | undefined {
  return words.find((word) => word.startsWith(`${option}=`))?.slice(option.length + 1);
}

/** The values of all words `OPTION=…`, in order. */
export function findLongOptions(option: string, words: readonly string[]): readonly string[] {
  return words
    .filter((word) => word.startsWith(`${option}=`))
    .map((word) => word.slice(option.length + 1));
}
