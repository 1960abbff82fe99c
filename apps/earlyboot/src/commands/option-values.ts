import { InvalidArgumentError } from "commander";

/** Reads the value of an option that is a number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("It is not a number above 0.");
}

/** Reads the value of an option that is the exit status of a program. */
export function exitStatus(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 255) return value;
  throw new InvalidArgumentError("It is not an exit status, 0 to 255.");
}
