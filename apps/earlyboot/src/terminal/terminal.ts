/** Where a command prints, and how. */
export interface Terminal {
  /** Prints a line for people: progress, results. */
  line(text?: string): void;
  /** Prints text as it is, without a line end. */
  write(text: string): void;
  /** Prints a line about what goes wrong or might. */
  complain(text: string): void;
  readonly columns: number;
  /** Whether a line can be written over. */
  readonly isLive: boolean;
  /** Emphasis, where colours are wanted; otherwise the text itself. */
  readonly style: Readonly<
    Record<"bold" | "dim" | "red" | "green" | "yellow", (text: string) => string>
  >;
}

/** The terminal of this process. Colours only on a real one, and not against `NO_COLOR`. */
export function openTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const colours = stdout.isTTY && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  const style = (on: number, off: number) => (text: string) =>
    colours ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  // A reader that has seen enough (`| head`) is no failure.
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit();
      throw error;
    });
  }
  return {
    line: (text = "") => void stdout.write(`${text}\n`),
    write: (text) => void stdout.write(text),
    complain: (text) => void stderr.write(`${text}\n`),
    columns: stdout.columns ?? 80,
    isLive: stdout.isTTY && env["TERM"] !== "dumb",
    style: {
      bold: style(1, 22),
      dim: style(2, 22),
      red: style(31, 39),
      green: style(32, 39),
      yellow: style(33, 39),
    },
  };
}
