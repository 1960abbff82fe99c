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

/** The same for a set; a `[` that nothing closes stands for itself. */
function matchSet(pattern: string, at: number, character: string): number {
  const negated = pattern[at + 1] === "!" || pattern[at + 1] === "^";
  const first = at + (negated ? 2 : 1);
  const end = pattern.indexOf("]", first + 1);
  if (end === -1) return character === "[" ? at + 1 : 0;
  return inSet(pattern.slice(first, end), character) === negated ? 0 : end + 1;
}

function inSet(set: string, character: string): boolean {
  for (let i = 0; i < set.length; i++) {
    const low = set.charAt(i);
    const isRange = set[i + 1] === "-" && i + 2 < set.length;
    const high = isRange ? set.charAt((i += 2)) : low;
    if (low <= character && character <= high) return true;
  }
  return false;
}
