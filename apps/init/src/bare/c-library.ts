import { addonPath } from "../addon-path.ts";
import { loadAddon } from "./core.ts";

/** `DataType` of ffi-rs, as far as it is used. */
const DataType = { I32: 1, I64: 8, U8Array: 10 } as const;

/** `FFITypeTag.Array` of ffi-rs */
const arrayTag = 997;

/** `BigInt` of ffi-rs's `DataType` */
const bigInt = 16;

interface Call {
  readonly library: "c";
  readonly funcName: string;
  readonly retType: number;
  readonly paramsType: readonly unknown[];
  readonly paramsValue: readonly unknown[];
  readonly errno: true;
  readonly freeResultMemory: false;
}

interface Outcome {
  readonly value: number | bigint;
  readonly errnoCode: number;
}

interface Addon {
  open(library: { readonly library: "c"; readonly path: "" }): void;
  load(call: Call & { readonly runInNewThread: true }): Promise<Outcome>;
  load(call: Call): Outcome;
}

/** A path, a number that fits a C `long`, or memory. */
type Argument = string | number | Uint8Array;

let opened: Addon | undefined;

function addon(): Addon {
  if (opened !== undefined) return opened;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the image holds this file
  const exports = loadAddon(addonPath) as Addon;
  exports.open({ library: "c", path: "" });
  opened = exports;
  return exports;
}

/**
 * Calls a function of the C library that gives an `int`, or a `long` that fits one.
 *
 * @throws Error with Node's `errno` and `syscall` when it gives -1.
 */
export function callC(name: string, ...args: readonly Argument[]): number {
  for (;;) {
    const outcome = addon().load(describe(name, args));
    if (outcome.errnoCode !== EINTR || Number(outcome.value) !== -1) return resultOf(name, outcome);
  }
}

/** The same on a thread of the pool. What `args` point to stays alive meanwhile. */
export async function callAside(name: string, ...args: readonly Argument[]): Promise<number> {
  const memory = args.map((arg) => (typeof arg === "string" ? pathInMemory(arg) : arg));
  const numbers = memory.map((arg) => (typeof arg === "number" ? arg : addressOf(arg)));
  const call = { ...describe(name, numbers), runInNewThread: true } as const;
  inFlight.add(memory);
  try {
    for (;;) {
      const outcome = await addon().load(call);
      if (outcome.errnoCode !== EINTR || Number(outcome.value) !== -1) {
        return resultOf(name, outcome);
      }
    }
  } finally {
    inFlight.delete(memory);
  }
}

const inFlight = new Set<readonly unknown[]>();

const EINTR = 4;
const ENAMETOOLONG = 36;

function resultOf(syscall: string, { value, errnoCode }: Outcome): number {
  const result = Number(value);
  if (result === -1) throw systemError(syscall, errnoCode);
  return result;
}

function systemError(syscall: string, errno: number): Error {
  return Object.assign(new Error(`${syscall}: error ${errno}`), { errno: -errno, syscall });
}

/** Functions that give a `long`; all others give an `int`, whose upper half would be anything. */
const givesLong: ReadonlySet<string> = new Set(["read", "write"]);

function describe(name: string, args: readonly Argument[]): Call {
  return {
    library: "c",
    funcName: name,
    retType: givesLong.has(name) ? DataType.I64 : DataType.I32,
    paramsType: args.map(typeOf),
    paramsValue: args.map((arg, i) => (typeof arg === "string" ? onDesk(arg, i) : arg)),
    errno: true,
    freeResultMemory: false,
  };
}

/** Small numbers go as 64 bits too: a register holds them either way. */
function typeOf(arg: Argument): unknown {
  if (typeof arg !== "object") return DataType.I64;
  return { ffiTypeTag: arrayTag, type: DataType.U8Array, length: arg.length };
}

/** PATH_MAX of `<linux/limits.h>` */
const longestPath = 4096;

/** Where paths lie during a call, one place for each argument: ffi-rs is slow with strings. */
const desk = new Uint8Array(longestPath * 2);
let deskAddress: number | undefined;

function onDesk(path: string, place: number): number {
  deskAddress ??= addressOf(desk);
  const start = place === 0 ? 0 : longestPath;
  const bytes = pathInMemory(path);
  desk.set(bytes, start);
  return deskAddress + start;
}

function pathInMemory(path: string): Uint8Array {
  const bytes = Buffer.from(`${path}\0`);
  if (bytes.length > longestPath) throw systemError("open", ENAMETOOLONG);
  return bytes;
}

/** ffi-rs has no function for this, but memmove(3) gives back where it was told to write. */
function addressOf(memory: Uint8Array): number {
  const call = { ...describe("memmove", [memory, 0, 0]), retType: bigInt };
  return Number(addon().load(call).value);
}
