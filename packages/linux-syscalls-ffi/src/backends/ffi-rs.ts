import type { Answer, Backend } from "../backend.ts";
import { type Argument, type FunctionName, signatures } from "../signatures.ts";
import { systemCallNumber } from "../system-call-numbers.ts";

/** The members of ffi-rs's `DataType` that are used; others were seen to end processes. */
const DataType = { String: 0, I32: 1, I64: 8, U8Array: 10, BigInt: 16 } as const;

/** `FFITypeTag.Array` */
const arrayTag = 997;

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

/**
 * Calls through ffi-rs, whose `.node` file is loaded from the absolute path `addon`.
 *
 * A call on another thread gets nothing but numbers: the memory that addresses point to stays in
 * `inFlight` until the call has returned, because ffi-rs does not keep it alive.
 */
export function openFfiRs(addon: string): Backend {
  const { load } = loadAddon(addon);
  const inFlight = new Set<readonly Argument[]>();

  /** ffi-rs has no function for this, but memmove(3) gives back where it was told to write. */
  function addressOf(bytes: Uint8Array): bigint {
    return BigInt(load(describe("memmove", [bytes, 0, 0])).value);
  }

  return {
    name: "ffi-rs",
    addressOf,
    call: (name, args) => answerOf(load(describe(name, args))),
    async callAside(name, args) {
      const pinned = args.map((arg) => (typeof arg === "string" ? Buffer.from(`${arg}\0`) : arg));
      const lowered = pinned.map((arg) => (arg instanceof Uint8Array ? addressOf(arg) : arg));
      inFlight.add(pinned);
      try {
        return answerOf(await load({ ...describe(name, lowered), runInNewThread: true }));
      } finally {
        inFlight.delete(pinned);
      }
    },
  };
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

function describe(name: FunctionName, args: readonly Argument[]): Call {
  const [result, ...letters] = signatures[name];
  const types = args.map((arg, i) => typeOf(arg, letters[i]));
  const values = args.map(valueOf);
  const number = systemCallNumber(name);
  return {
    library,
    funcName: number === undefined ? name : "syscall",
    retType: result === "l" ? DataType.BigInt : DataType.I32,
    paramsType: number === undefined ? types : [DataType.I64, ...types],
    paramsValue: number === undefined ? values : [number, ...values],
    errno: true,
    freeResultMemory: false,
  };
}

function typeOf(arg: Argument, letter: string | undefined): unknown {
  if (typeof arg === "string") return DataType.String;
  if (typeof arg === "bigint") return DataType.BigInt;
  if (typeof arg === "number") return letter === "i" ? DataType.I32 : DataType.I64;
  if (arg === null) return DataType.I64;
  return { ffiTypeTag: arrayTag, type: DataType.U8Array, length: arg.length };
}

function valueOf(arg: Argument): unknown {
  if (arg === null) return 0;
  return typeof arg === "bigint" ? BigInt.asIntN(64, arg) : arg;
}

function answerOf({ value, errnoCode }: Outcome): Answer {
  return { value, errno: errnoCode };
}
