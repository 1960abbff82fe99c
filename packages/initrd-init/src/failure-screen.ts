import type { BootFailure } from "./boot-failure.ts";
import { safeText } from "./safe-text.ts";

/** What the failure screen says besides the failure itself. */
export interface FailureContext {
  /** What was asked for and where that came from, one line each. */
  readonly asked: readonly string[];
  /** What was seen: devices, missing modules; one line each, the nearest match marked with `>`. */
  readonly seen: readonly string[];
}

/** A console of the least size: the screen fits it. */
const columns = 80;
const rows = 24;

/** Most lines of each part, and least; what is left out is counted. What was seen gets the room that is left. */
const most = { what: 6, asked: 4, hints: 6 };
const leastSeen = 4;

/**
 * The screen for the person at a machine that does not boot: what failed, what was asked for, what
 * was seen, what to try. At most 24 lines of 80 columns, without control characters.
 */
export function failureScreen(failure: BootFailure, context: FailureContext): string {
  const what = [...wrap(failure.operation, columns - 2), ...wrap(failure.reason, columns - 2)];
  const title = "earlyboot: this machine did not boot.";
  const before = [
    title,
    ...part("What failed", what, most.what),
    ...part("Asked for", context.asked.flatMap(hanging), most.asked),
  ];
  const hints = part(
    "What to try",
    failure.hints.flatMap((hint) => hanging(`- ${hint}`)),
    most.hints,
  );
  const room = rows - before.length - hints.length - 1;
  const seen = seenBesides(failure, context).flatMap(hanging);
  const lines = [...before, ...part("Seen", seen, Math.max(room, leastSeen)), ...hints];
  return `${lines.slice(0, rows).join("\n")}\n`;
}

/** What the reason does not say already. */
function seenBesides({ seen, reason }: BootFailure, context: FailureContext): readonly string[] {
  return [...seen, ...context.seen].filter((line) => !reason.includes(line));
}

function part(title: string, lines: readonly string[], limit: number): readonly string[] {
  if (lines.length === 0) return [];
  const left = lines.length - limit;
  const kept = left > 0 ? [...lines.slice(0, limit - 1), `… and ${left + 1} more`] : lines;
  const indented = kept.map((line) => (line.startsWith("> ") ? line : `  ${line}`));
  return [`${title}:`, ...indented.map(fit)];
}

function fit(line: string): string {
  // Names come escaped already; this catches what a message of somebody else's carries.
  const safe = safeText(line);
  return safe.length <= columns ? safe : `${safe.slice(0, columns - 1)}…`;
}

/** Breaks a line that is too long, and indents what follows. */
function hanging(line: string): readonly string[] {
  // A mark takes the place of the indent.
  if (line.length <= (line.startsWith("> ") ? columns : columns - 2)) return [line];
  const [first = "", ...rest] = wrap(line, columns - 4);
  return [first.trimEnd(), ...rest.map((each) => `  ${each.trim()}`)];
}

/** Breaks text at blanks into lines of at most `width`; a longer word stays whole. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else {
        line = line === "" ? word : `${line} ${word}`;
      }
    }
    lines.push(line);
  }
  return lines;
}
