import { SyscallError } from "@earlyboot/linux-syscalls";
import { isProxy, isSharedArrayBuffer, isUint8Array } from "node:util/types";

import { C } from "./c-constants.ts";

/**
 * The checks that stand between whatever a caller gives and the native layer. Each takes the name
 * of the call and of the argument, for the message, and gives back the value it has checked; a
 * value is read once, so that what is checked is what is used.
 */

/** A string that C can hold: well-formed, without NUL, at most `most` bytes long. */
export function text(call: string, name: string, value: unknown, most: number = 65535): string {
  if (typeof value !== "string") throw wrong(call, name, value, "a string");
  if (value.length > most) throw outside(call, name, value, `at most ${most} bytes`);
  if (value.includes("\0")) throw wrong(call, name, value, "a string without NUL");
  if (!value.isWellFormed()) throw wrong(call, name, value, "a string without lone surrogates");
  return value;
}

/** The path of a file; one that is longer than any path is answered as the kernel would. */
export function path(call: string, name: string, value: unknown): string {
  if (typeof value === "string" && value.length >= C.PATH_MAX) {
    throw new SyscallError({ error: "ENAMETOOLONG", syscall: call, path: excerpt(value) });
  }
  return text(call, name, value, C.PATH_MAX);
}

/** An integer from `least` to `most`. */
export function integer(
  call: string,
  name: string,
  value: unknown,
  least: number,
  most: number,
): number {
  if (typeof value !== "number") throw wrong(call, name, value, "a number");
  if (Number.isInteger(value) && value >= least && value <= most) return value + 0;
  throw outside(call, name, value, `an integer from ${least} to ${most}`);
}

/** A sum of flags, or any other `unsigned int`. */
export function unsigned(call: string, name: string, value: unknown): number {
  return integer(call, name, value, 0, 0xffffffff);
}

/** The number of a file descriptor; a negative one is answered as the kernel would (EBADF). */
export function descriptor(call: string, name: string, value: unknown): number {
  const number = integer(call, name, value, -0x80000000, 0x7fffffff);
  if (number < 0) throw new SyscallError({ error: "EBADF", syscall: call });
  return number;
}

/** A bigint from 0 to `most`. */
export function big(call: string, name: string, value: unknown, most: bigint): bigint {
  if (typeof value !== "bigint") throw wrong(call, name, value, "a bigint");
  if (value >= 0n && value <= most) return value;
  throw outside(call, name, value, `from 0 to ${most}`);
}

/** The largest file offset. */
export const largestOffset: bigint = 0x7fffffffffffffffn;

/** `true` or `false`, or `otherwise` when left out. */
export function flag(call: string, name: string, value: unknown, otherwise?: boolean): boolean {
  const given = value ?? otherwise;
  if (typeof given !== "boolean") throw wrong(call, name, value, "true or false");
  return given;
}

/** One of `words`. */
export function word<Word extends string>(
  call: string,
  name: string,
  value: unknown,
  words: readonly Word[],
): Word {
  for (const candidate of words) if (candidate === value) return candidate;
  throw wrong(call, name, value, `one of "${words.join('", "')}"`);
}

/** An object with named fields. */
export function fields<Fields>(call: string, name: string, value: Fields): Partial<Fields> {
  if (typeof value !== "object" || value === null) throw wrong(call, name, value, "an object");
  return value;
}

/** A function. */
export function callback<Callback>(call: string, name: string, value: Callback): Callback {
  if (typeof value === "function") return value;
  throw wrong(call, name, value, "a function");
}

/** An array, copied, each of whose items has passed `item`. */
export function list<Item>(
  call: string,
  name: string,
  value: unknown,
  item: (call: string, name: string, value: unknown) => Item,
): Item[] {
  if (!Array.isArray(value)) throw wrong(call, name, value, "an array");
  const { length } = value;
  if (length > longestList) throw outside(call, name, length, `at most ${longestList} items`);
  return Array.from({ length }, (_, i) => item(call, `${name}[${i}]`, value[i]));
}

/** More arguments or variables than any kernel takes; E2BIG would be its answer. */
const longestList = 1_000_000;

/**
 * The memory of a Uint8Array, as a plain view: what a caller may have put over the view's own
 * properties does not count.
 */
export function bytes(call: string, name: string, value: unknown): Uint8Array {
  if (!isUint8Array(value)) throw wrong(call, name, value, "a Uint8Array");
  const memory: ArrayBufferLike = Reflect.get(view, "buffer", value);
  if (isSharedArrayBuffer(memory)) throw wrong(call, name, value, "memory that is not shared");
  if (memory.detached) throw wrong(call, name, value, "memory that is not detached");
  const offset: number = Reflect.get(view, "byteOffset", value);
  return new Uint8Array(memory, offset, Reflect.get(view, "byteLength", value));
}

/** What all kinds of typed arrays inherit from: the getters that tell the truth. */
const view: object = Object.getPrototypeOf(Uint8Array.prototype);

/** An AbortSignal, or `undefined`. */
export function abortSignal(call: string, value: AbortSignal | undefined): AbortSignal | undefined {
  if (value === undefined) return undefined;
  if (!isProxy(value) && isSignal(value)) return value;
  throw wrong(call, "signal", value, "an AbortSignal");
}

/** Asks the getter of the class itself, which refuses everything else. */
function isSignal(value: unknown): boolean {
  try {
    Reflect.get(AbortSignal.prototype, "aborted", value);
    return true;
  } catch {
    return false;
  }
}

function wrong(call: string, name: string, value: unknown, expected: string): TypeError {
  return new TypeError(`${call}: ${name} is ${describe(value)}, expected ${expected}`);
}

function outside(call: string, name: string, value: unknown, expected: string): RangeError {
  return new RangeError(`${call}: ${name} is ${describe(value)}, expected ${expected}`);
}

/** A value in a few words, without calling anything that belongs to it. */
function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(excerpt(value));
  if (typeof value === "bigint") return excerpt(`${value}n`);
  if (typeof value === "object") return value === null ? "null" : "an object";
  if (typeof value === "number" || typeof value === "boolean") return `${value}`;
  return value === undefined ? "missing" : `a ${typeof value}`;
}

function excerpt(value: string): string {
  return value.length <= 60 ? value : `${value.slice(0, 60)}…`;
}
