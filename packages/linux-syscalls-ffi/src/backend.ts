import { isUint8Array } from "node:util/types";

import { type Argument, type FunctionName, signatures } from "./signatures.ts";

/** What a function of the C library gave back. */
export interface Answer {
  /** A number where the table says `i`, a bigint where it says `l`. */
  readonly value: number | bigint;
  /** The error number; only of meaning when `value` is -1. */
  readonly errno: number;
}

/**
 * A way to call functions of the C library. It is handed what {@link checkArguments} let through,
 * and nothing else.
 */
export interface Backend {
  readonly name: "ffi-rs" | "node:ffi";
  /** Calls a function and waits for it. */
  call(name: FunctionName, args: readonly Argument[]): Answer;
  /** Calls a function on another thread. Everything in `args` stays alive until it has returned. */
  callAside(name: FunctionName, args: readonly Argument[]): Promise<Answer>;
  /** Where `bytes` begin in memory; good for as long as the caller keeps them. */
  addressOf(bytes: Uint8Array): bigint;
}

/**
 * Lets through only what the table promises, because a native layer may answer anything else by
 * ending the process. Nothing that a user gives should be found here: each function checks its own
 * arguments, in words of its own, before.
 *
 * @throws TypeError for arguments of another number, type or range than the table's.
 */
export function checkArguments(name: FunctionName, args: readonly Argument[]): void {
  const letters = signatures[name];
  let right = args.length === letters.length - 1;
  for (let i = 0; right && i < args.length; i++) right = suits(letters[i + 1], args[i]);
  if (!right) throw new TypeError(`${name}: arguments do not suit the signature "${letters}"`);
}

function suits(letter: string | undefined, value: unknown): boolean {
  if (letter === "i") return (Number(value) | 0) === value;
  if (letter === "l") return typeof value === "bigint" || Number.isSafeInteger(value);
  if (typeof value === "string") return !value.includes("\0");
  return value === null || typeof value === "bigint" || isUint8Array(value);
}
