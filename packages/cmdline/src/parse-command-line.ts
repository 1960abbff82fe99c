/** One parameter of a command line: `quiet`, or `root=/dev/vda1`. */
export interface Parameter {
  readonly name: string;
  /** What follows the `=`, without the quotes round it; absent when there is no `=`. */
  readonly value?: string;
}

/** A kernel command line, taken apart. */
export interface CommandLine {
  /** The parameters before ` -- `, in order, none left out. */
  readonly parameters: readonly Parameter[];
  /** The words after ` -- `: the arguments that the kernel gives to init. */
  readonly initArguments: readonly string[];
  /** The text itself, as it was given. */
  readonly text: string;
}

/**
 * Takes a kernel command line apart by the kernel's own rules. Never throws.
 *
 * Blanks separate words. Double quotes round a value or round a whole parameter keep its blanks; there are no
 * escapes, and a quote that is never closed reaches to the end. The text ends at a NUL. The word `--` ends the
 * parameters; a second one ends the arguments of init.
 *
 * See `Documentation/admin-guide/kernel-parameters.rst`, and `next_arg` and `parse_args` in the kernel.
 */
export function parseCommandLine(text: string): CommandLine {
  const nul = text.indexOf("\0");
  const line = nul < 0 ? text : text.slice(0, nul);
  const parameters = parseParameters(line, 0);
  const init = parseParameters(line, parameters.end);
  return {
    parameters: parameters.list,
    initArguments: init.list.map(({ name, value }) =>
      value === undefined ? name : `${name}=${value}`,
    ),
    text,
  };
}

/** Whether a UTF-16 code is what the kernel's `isspace` takes for a blank: the kernel reads Latin-1. */
export function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0;
}

/** The parameters from `start` up to a `--`, and the place behind them. */
function parseParameters(line: string, start: number): { list: Parameter[]; end: number } {
  const list: Parameter[] = [];
  let end = skipBlanks(line, start);
  while (end < line.length) {
    const word = scanWord(line, end);
    const parameter = readParameter(line, word);
    end = skipBlanks(line, word.end);
    if (parameter.value === undefined && parameter.name === "--") break;
    list.push(parameter);
  }
  return { list, end };
}

function skipBlanks(line: string, start: number): number {
  let at = start;
  while (at < line.length && isBlank(line.charCodeAt(at))) at++;
  return at;
}

/** Where a word is in its line. */
interface Word {
  /** Behind the quote, when the word begins with one. */
  readonly start: number;
  readonly end: number;
  /** Where its first `=` is that is not its first character; 0 when it has none. */
  readonly equals: number;
  readonly quoted: boolean;
}

function scanWord(line: string, first: number): Word {
  const quoted = line.charCodeAt(first) === QUOTE;
  const start = quoted ? first + 1 : first;
  let inQuote = quoted;
  let equals = 0;
  let end = start;
  for (; end < line.length; end++) {
    const code = line.charCodeAt(end);
    if (isBlank(code) && !inQuote) break;
    if (code === QUOTE) inQuote = !inQuote;
    else if (code === EQUALS && equals === 0 && end > start) equals = end;
  }
  return { start, end, equals, quoted };
}

const QUOTE = 34;
const EQUALS = 61;

/** Takes the quotes off: one at the end belongs to the value when that begins with one, else to the word. */
function readParameter(line: string, { start, end, equals, quoted }: Word): Parameter {
  const closed = end > start && line.charCodeAt(end - 1) === QUOTE;
  if (equals === 0) return { name: line.slice(start, quoted && closed ? end - 1 : end) };
  const valueQuoted = line.charCodeAt(equals + 1) === QUOTE && equals + 1 < end;
  const first = valueQuoted ? equals + 2 : equals + 1;
  const last = closed && (quoted || valueQuoted) ? end - 1 : end;
  return { name: line.slice(start, equals), value: line.slice(first, Math.max(first, last)) };
}
