import type { Readable, Writable } from "node:stream";

/** The text that a guest prints, as it comes, and a keyboard. */
export interface GuestConsole {
  /** Everything printed so far, with line ends as `\n` and without escape sequences: no colours. */
  text(): string;
  /**
   * Waits until the guest has printed what `pattern` matches, after what an earlier `expect` matched.
   *
   * @throws {@link ConsoleError} when the guest ends first, or `seconds` (default 300) pass.
   */
  expect(pattern: RegExp | string, seconds?: number): Promise<RegExpMatchArray>;
  /** Types `text` as a person would; `\n` is the Enter key. */
  type(text: string): void;
  /** Calls `listener` with text as it comes, escape sequences and all. */
  onText(listener: (text: string) => void): void;
}

/** The guest did not print what was expected of it. */
export class ConsoleError extends Error {
  override readonly name = "ConsoleError";
  readonly code: "GUEST_ENDED" | "GUEST_SILENT";
  constructor(code: ConsoleError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** Reads a guest's console from `output` and types on `input`. `log` names where all of it is kept. */
export function openConsole(output: Readable, input: Writable, log: string): GuestConsole {
  let raw = "";
  let text = "";
  let position = 0;
  let ended = false;
  const waiting = new Set<() => void>();
  const listeners: ((text: string) => void)[] = [];

  output.setEncoding("utf8");
  output.on("data", (chunk: string) => {
    const more = chunk.replaceAll("\r", "");
    raw += more;
    text = raw.replace(escapeSequences, "");
    for (const listener of listeners) listener(more);
    for (const look of waiting) look();
  });
  output.once("close", () => {
    ended = true;
    for (const look of waiting) look();
  });
  // A guest that ends while somebody types is no error: the next `expect` says so.
  input.on("error", () => {});

  return {
    text: () => text,
    type: (keys) => void input.write(keys.replaceAll("\n", "\r")),
    onText: (listener) => void listeners.push(listener),
    expect(pattern, seconds = 300) {
      const wanted = typeof pattern === "string" ? literally(pattern) : pattern;
      return new Promise((resolve, reject) => {
        const finish = (settle: () => void) => {
          clearTimeout(timer);
          waiting.delete(look);
          settle();
        };
        const fail = (code: ConsoleError["code"], what: string) =>
          finish(() =>
            reject(
              new ConsoleError(
                code,
                `${what} ${wanted}. Its console is in ${log}; the end of it:\n${tail(text)}`,
              ),
            ),
          );
        const look = () => {
          const match = wanted.exec(text.slice(position));
          if (match) {
            position += match.index + match[0].length;
            finish(() => resolve(match));
          } else if (ended) {
            fail("GUEST_ENDED", "The guest ended without printing");
          }
        };
        const timer = setTimeout(
          () => fail("GUEST_SILENT", `For ${seconds} s the guest did not print`),
          seconds * 1000,
        );
        waiting.add(look);
        look();
      });
    },
  };
}

/** Those of ECMA-48 that move the cursor, clear and colour; and the firmware's reset. */
// eslint-disable-next-line no-control-regex -- an escape sequence begins with a control character
const escapeSequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|c)/g;

function literally(text: string): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
}

function tail(text: string): string {
  return text.trimEnd().split("\n").slice(-25).join("\n");
}
