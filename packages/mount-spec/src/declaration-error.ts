import { nearestWord, printable } from "@earlyboot/linux-syscalls";

/** Where a file system was declared. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What a {@link DeclarationError} is made of. */
export interface DeclarationFault {
  /** The field that is wrong: `"mountPoint"`, `"device.label"`, `"flags[2]"`. */
  readonly field: string;
  readonly value: unknown;
  /** What would be right: `"an absolute path"`. */
  readonly expected: string;
  /** The words of which one may have been meant. */
  readonly words?: Iterable<string>;
  /** What was written instead of one of the words; default the value. */
  readonly word?: unknown;
  readonly location?: Location | undefined;
}

/**
 * A declaration is wrong: names the field, its value, what is expected, and the nearest known word. Its
 * `code` is `BAD_DECLARATION`.
 */
export class DeclarationError extends Error {
  override readonly name: string = "DeclarationError";
  readonly code = "BAD_DECLARATION";
  readonly field: string;
  readonly value: unknown;
  readonly expected: string;
  readonly location?: Location;

  constructor(fault: DeclarationFault) {
    const { field, value, expected, words = [], word = value, location } = fault;
    const nearest = nearestWord(typeof word === "string" ? word : "", words);
    const hint = nearest === undefined ? "" : `; did you mean ${quoted(nearest)}?`;
    super(`${printable(field)} is ${shown(value)}: expected ${expected}${hint}${at(location)}`);
    this.field = field;
    this.value = value;
    this.expected = expected;
    if (location !== undefined) this.location = location;
  }
}

/** ` (declared at FILE:LINE:COLUMN)`, or nothing. */
export function at(location: Location | undefined): string {
  if (location === undefined) return "";
  return ` (declared at ${printable(location.file)}:${location.line}:${location.column})`;
}

function shown(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(shownInside).join(", ")}]` : shownInside(value);
}

function shownInside(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}

function quoted(text: string): string {
  return `"${printable(text)}"`;
}

/** How a declaration is read. */
export interface Reading {
  /** Whether fields that are not known are refused. */
  readonly strict: boolean;
  /** Makes the error for what is wrong. */
  readonly blame: (fault: DeclarationFault) => DeclarationError;
}

/** A strict reading of a single value, which is nowhere declared. */
export const plainReading: Reading = {
  strict: true,
  blame: (fault) => new DeclarationError(fault),
};
