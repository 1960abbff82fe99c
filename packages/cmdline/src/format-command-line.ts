import { printable } from "@earlyboot/linux-syscalls";
import { parseCommandLine, type CommandLine, type Parameter } from "./parse-command-line.ts";

/**
 * Writes a command line that {@link parseCommandLine} reads as the same parameters and arguments of init,
 * with quotes only where they are needed.
 *
 * @throws UnwritableParameterError for what no command line can say: a NUL, an `=` in a name, a quote between
 * two blanks, …
 */
export function formatCommandLine(
  commandLine: Pick<CommandLine, "parameters" | "initArguments">,
): string {
  const { parameters, initArguments } = commandLine;
  const all = [...parameters, ...initArguments.map(splitArgument)];
  const words = all.map((parameter, index) => formatParameter(parameter, index === all.length - 1));
  if (initArguments.length > 0) words.splice(parameters.length, 0, "--");
  return words.join(" ");
}

/**
 * Writes one parameter as it stands in a command line. As the `last` of its line it may hold a quote that is
 * never closed.
 *
 * @throws UnwritableParameterError for what no command line can say.
 */
export function formatParameter(parameter: Parameter, last = false): string {
  const written = spell(parameter, last);
  if (written === undefined) throw new UnwritableParameterError(parameter);
  return written;
}

/** The plainest way to write a parameter, if there is any; if possible one that the kernel cuts nowhere. */
export function spell(parameter: Parameter, last: boolean): string | undefined {
  const ways = spellings(parameter);
  return (
    ways.find((text) => readsAs(asKernelSees(text), asKernelSees(parameter), last)) ??
    ways.find((text) => readsAs(text, parameter, last))
  );
}

/** The ways to write a parameter, the plainest first; not all of them read as what was meant. */
function spellings({ name, value }: Parameter): string[] {
  if (value === undefined) return [name, `"${name}"`, `"${name}`];
  const plain = `${name}=${value}`;
  return [plain, `${name}="${value}"`, `${name}="${value}`, `"${plain}"`, `"${plain}`].concat(
    `"${name}="${value}"`,
    `"${name}="${value}`,
  );
}

/** Whether a spelling is read as the parameter, and the word that follows it as a word of its own. */
function readsAs(text: string, { name, value }: Parameter, last: boolean): boolean {
  const { parameters, initArguments } = parseCommandLine(last ? text : `${text} next`);
  const [first] = parameters;
  const whole = parameters.length === (last ? 1 : 2) && initArguments.length === 0;
  return whole && first?.name === name && first.value === value;
}

/**
 * The same with a blank for each letter in which the kernel, which reads bytes, finds its no-break space
 * (0xA0): `à` is 0xC3 0xA0. Within quotes such a letter is safe.
 */
function asKernelSees(text: string): string;
function asKernelSees(parameter: Parameter): Parameter;
function asKernelSees(what: string | Parameter): string | Parameter {
  if (typeof what === "string") return what.replace(/[\u{80}-\u{10ffff}]/gu, blankIfCut);
  const name = asKernelSees(what.name);
  return what.value === undefined ? { name } : { name, value: asKernelSees(what.value) };
}

function blankIfCut(letter: string): string {
  for (let rest = letter.codePointAt(0) ?? 0; rest >= 0x20; rest >>= 6) {
    if ((rest & 0x3f) === 0x20) return "\u00a0";
  }
  return letter;
}

function splitArgument(argument: string): Parameter {
  const equals = argument.indexOf("=", 1);
  if (equals < 0) return { name: argument };
  return { name: argument.slice(0, equals), value: argument.slice(equals + 1) };
}

/** No command line can say this parameter. Its `code` is `UNWRITABLE_PARAMETER`. */
export class UnwritableParameterError extends Error {
  override readonly name: string = "UnwritableParameterError";
  readonly code = "UNWRITABLE_PARAMETER";
  readonly parameter: Parameter;

  constructor(parameter: Parameter) {
    const { name, value } = parameter;
    const text = printable(value === undefined ? name : `${name}=${value}`);
    super(
      `no kernel command line can say "${text}" there: it has no escapes, so that nothing stands for a NUL, ` +
        'an "=" in a name, the word "--", or a quote between two blanks',
    );
    this.parameter = parameter;
  }
}
