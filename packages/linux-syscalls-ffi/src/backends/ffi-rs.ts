import { isUint8Array } from "node:util/types";

import type { Answer, Backend } from "../backend.ts";
import { type Argument, type FunctionName, signatures } from "../signatures.ts";
import { systemCallNumber } from "../system-call-numbers.ts";

/** The members of ffi-rs's `DataType` that are used; others were seen to end processes. */
const DataType = { I32: 1, I64: 8, U8Array: 10, BigInt: 16 } as const;

/** `FFITypeTag.Array` */
const arrayTag = 997;

/** What the native layer gets: strings are bytes in memory by then. */
type Lowered = Exclude<Argument, string>;

/** One call, in the form that the native `load` takes. */
interface Call {
  readonly library: string;
  readonly funcName: string;
  readonly retType: number;
  readonly paramsType: readonly unknown[];
  readonly paramsValue: readonly unknown[];
  readonly errno: true;
  /** ffi-rs's own index.js adds this to every call; the native part insists on it. */
  readonly freeResultMemory: false;
}

interface Outcome {
  readonly value: number | bigint;
  readonly errnoCode: number;
}

/** What the `.node` file of ffi-rs exports, as far as it is used. */
interface Addon {
  readonly open: (library: { readonly library: string; readonly path: string }) => void;
  readonly load: {
    (call: Call & { readonly runInNewThread: true }): Promise<Outcome>;
    (call: Call): Outcome;
  };
}

/** Calls through ffi-rs, whose `.node` file is loaded from the absolute path `addon`. */
export function openFfiRs(addon: string): Backend {
  const { load } = loadAddon(addon);
  const inFlight = new Set<readonly Lowered[]>();
  const desk = Buffer.alloc(deskSize);
  const deskAddress = Number(addressOf(desk));

  const forms: Partial<Record<FunctionName, Form>> = {};

  /** ffi-rs has no function for this, but memmove(3) gives back where it was told to write. */
  function addressOf(bytes: Uint8Array): bigint {
    return BigInt(load(fillIn(formOf("memmove"), [bytes, 0, 0])).value);
  }

  /**
   * Calls with what small pointers point to laid out on the desk: to say where it lies takes a
   * quarter of the time that ffi-rs takes for a string or an array. A form is filled in again for
   * every call of its function: making one takes as long as the call.
   */
  function call(name: FunctionName, args: readonly Argument[]): Answer {
    const borrowed: [bytes: Uint8Array, start: number][] = [];
    let free = 0;

    function layOut(arg: Argument): Lowered {
      if (typeof arg !== "string" && !isUint8Array(arg)) return arg;
      const bytes = typeof arg === "string" ? null : arg;
      const room = typeof arg === "string" ? arg.length * 3 + 1 : arg.length;
      if (room > largestPiece || free + room > deskSize) return bytes ?? inMemory(arg);
      const start = free;
      free += (room + 15) & ~15;
      if (typeof arg === "string") desk[start + desk.write(arg, start)] = 0;
      else desk.set(arg, start);
      if (bytes !== null) borrowed.push([bytes, start]);
      return deskAddress + start;
    }

    forms[name] ??= formOf(name);
    const answer = answerOf(load(fillIn(forms[name], args.map(layOut))));
    for (const [bytes, start] of borrowed) bytes.set(desk.subarray(start, start + bytes.length));
    return answer;
  }

  /**
   * Gives the other thread nothing but numbers. The memory that addresses point to is in `inFlight`
   * until the call has returned, because ffi-rs does not keep it alive.
   */
  async function callAside(name: FunctionName, args: readonly Argument[]): Promise<Answer> {
    const pinned = args.map(inMemory);
    const lowered = pinned.map((arg) => (isUint8Array(arg) ? addressOf(arg) : arg));
    inFlight.add(pinned);
    try {
      return answerOf(await load({ ...fillIn(formOf(name), lowered), runInNewThread: true }));
    } finally {
      inFlight.delete(pinned);
    }
  }

  return { name: "ffi-rs", addressOf, call, callAside };
}

/** Room for the strings and structures of one call; larger ones go by themselves. */
const deskSize = 16384;
const largestPiece = 4096;

/** A string as bytes that end with NUL; anything else as it is. */
function inMemory(arg: Argument): Lowered {
  return typeof arg === "string" ? Buffer.from(`${arg}\0`) : arg;
}

/** The `.node` file itself: ffi-rs's index.js would cost ten milliseconds, and need node_modules. */
function loadAddon(path: string): Addon {
  const module: { readonly exports: Partial<Addon> } = { exports: {} };
  process.dlopen(module, path);
  const { open, load } = module.exports;
  if (open === undefined || load === undefined) throw new Error(`${path} is not ffi-rs`);
  open({ library, path: "" });
  return { open, load };
}

/** The key under which ffi-rs keeps the process itself, and with it the whole C library. */
const library = "c";

/** A call without its arguments. */
interface Form {
  readonly call: Call;
  readonly letters: string;
  readonly types: unknown[];
  readonly values: unknown[];
  /** Where the function's own arguments begin: at 1 behind the number of a system call. */
  readonly first: 0 | 1;
}

function formOf(name: FunctionName): Form {
  const letters = signatures[name];
  const number = systemCallNumber(name);
  const types: unknown[] = number === undefined ? [] : [DataType.I64];
  const values: unknown[] = number === undefined ? [] : [number];
  const call: Call = {
    library,
    funcName: number === undefined ? name : "syscall",
    retType: letters.startsWith("l") ? DataType.BigInt : DataType.I32,
    paramsType: types,
    paramsValue: values,
    errno: true,
    freeResultMemory: false,
  };
  return { call, letters, types, values, first: number === undefined ? 0 : 1 };
}

function fillIn(form: Form, args: readonly Lowered[]): Call {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? null;
    form.types[form.first + i] = typeOf(arg, form.letters[i + 1]);
    form.values[form.first + i] = valueOf(arg);
  }
  return form.call;
}

function typeOf(arg: Lowered, letter: string | undefined): unknown {
  if (typeof arg === "number") return letter === "i" ? DataType.I32 : DataType.I64;
  if (typeof arg === "bigint") return DataType.BigInt;
  if (arg === null) return DataType.I64;
  return { ffiTypeTag: arrayTag, type: DataType.U8Array, length: arg.length };
}

function valueOf(arg: Lowered): unknown {
  if (arg === null) return 0;
  return typeof arg === "bigint" ? BigInt.asIntN(64, arg) : arg;
}

function answerOf({ value, errnoCode }: Outcome): Answer {
  return { value, errno: errnoCode };
}
