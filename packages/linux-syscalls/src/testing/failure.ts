import { errorTable } from "../error-table.ts";
import { errorNumber } from "../syscall-error.ts";
import { nearestWord, printable } from "../words.ts";
import type { CallName } from "./call-table.ts";

/** A call that is to fail. A field that is left out fits every call. */
export interface Failure {
  /** The name of the error that it gives: `"EIO"`. */
  readonly error: string;
  /** The method of `Linux`. */
  readonly call?: CallName;
  /** The path, or any other word, that the call is given. */
  readonly path?: string | RegExp;
  /** Which of the calls that fit: 1 is the first. Default: all of them. */
  readonly nth?: number;
  /** The number of the call among all that are made, from 0 on, as a `CallSite` has it. */
  readonly index?: number;
}

/** A call as it is about to be made. */
export interface Attempt {
  readonly index: number;
  readonly call: CallName;
  readonly words: readonly string[];
}

/** Gives, for each call, the error that it is to fail with. */
export function failureFinder(
  failures: readonly Failure[],
): (attempt: Attempt) => string | undefined {
  for (const { error } of failures) checkName(error);
  const counts = new Map<Failure, number>();
  return (attempt) => {
    for (const failure of failures) {
      if (!fits(failure, attempt)) continue;
      const count = (counts.get(failure) ?? 0) + 1;
      counts.set(failure, count);
      if (failure.nth === undefined || failure.nth === count) return failure.error;
    }
    return undefined;
  };
}

/** A slip in a name would make a test that shows nothing. */
function checkName(error: string): void {
  if (errorNumber(error) !== 0) return;
  const names = errorTable.map(([name]) => name);
  const nearest = nearestWord(error, names);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  throw new TypeError(`failures: ${printable(error)} is no Linux error${hint}`);
}

function fits({ call, path, index }: Failure, attempt: Attempt): boolean {
  if (index !== undefined && index !== attempt.index) return false;
  if (call !== undefined && call !== attempt.call) return false;
  if (path === undefined) return true;
  return attempt.words.some((word) => (typeof path === "string" ? word === path : path.test(word)));
}
