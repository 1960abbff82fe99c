/**
 * Tells whether `text` matches a pattern of an alias, by the rules of fnmatch(3) without flags:
 * `*`, `?`, `[a-f]`, `[!a]`, and a backslash that takes the next character as it is.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  return onlyStars.test(pattern)
    ? matchesPieces(pattern.split("*"), text)
    : matchesByCharacter(pattern, text);
}

const onlyStars = /^[^?[\\]*$/;

/** Looks for what stands between the stars; of nearly all patterns nothing else is to be known. */
function matchesPieces(pieces: readonly string[], text: string): boolean {
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return first === text;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, from);
    if (found === -1) return false;
    from = found + piece.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}

function matchesByCharacter(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  for (let position = 0; position < text.length;) {
    const next = pattern[at] === "*" ? -1 : matchOne(pattern, at, text.charAt(position));
    if (next > 0) {
      at = next;
      position++;
    } else if (next === -1) {
      [star, retry] = [++at, position];
    } else {
      if (star === -1) return false;
      [at, position] = [star, ++retry];
    }
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

/** Where the pattern goes on when its piece at `at` takes the character; 0 when it does not. */
function matchOne(pattern: string, at: number, character: string): number {
  const piece = pattern[at];
  if (piece === character && piece !== "[" && piece !== "\\") return at + 1;
  if (piece === "?") return at + 1;
  if (piece === "\\") return (pattern[at + 1] ?? "\\") === character ? at + 2 : 0;
  return piece === "[" ? matchSet(pattern, at, character) : 0;
}

/** The same for a set, in which a backslash takes the next one too; a `[` that nothing closes stands for itself. */
function matchSet(pattern: string, at: number, character: string): number {
  const negated = pattern[at + 1] === "!" || pattern[at + 1] === "^";
  let next = at + (negated ? 2 : 1);
  let found = false;
  do {
    const low = memberAt(pattern, next);
    next += low.length;
    const isRange = pattern[next] === "-" && pattern[next + 1] !== "]";
    const high = isRange ? memberAt(pattern, next + 1) : low;
    if (high === "") return character === "[" ? at + 1 : 0;
    if (isRange) next += 1 + high.length;
    found ||= low.slice(-1) <= character && character <= high.slice(-1);
  } while (pattern[next] !== "]");
  return found === negated ? 0 : next + 1;
}

/** One of a set as it is written; empty behind the end. */
function memberAt(pattern: string, at: number): string {
  const written = pattern.slice(at, at + (pattern[at] === "\\" ? 2 : 1));
  return written === "\\" ? "" : written;
}
