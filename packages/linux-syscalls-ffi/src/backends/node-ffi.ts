import { isUint8Array } from "node:util/types";

import type { Answer, Backend } from "../backend.ts";
import { withPinned } from "../pinned.ts";
import { type Argument, type FunctionName, signatures } from "../signatures.ts";
import { systemCallNumber } from "../system-call-numbers.ts";

/** The module `node:ffi` of Node 26, as far as it is used. */
interface NodeFfi {
  dlopen(path: null): { readonly lib: { getFunction(name: string, type: Type): NativeFunction } };
  getInt32(address: bigint, offset: number): number;
  getRawPointer(bytes: Uint8Array): bigint;
}

/** The type of a function, in words of `node:ffi`. */
interface Type {
  readonly return: string;
  readonly arguments: readonly string[];
}

type NativeFunction = (...args: readonly Argument[]) => number | bigint;

/**
 * Calls through Node's own `node:ffi`, which came with Node 26: no file besides Node is needed.
 *
 * It has no calls on other threads, so such a call starts a worker, which gets addresses only.
 *
 * @throws Error when this Node has no `node:ffi`.
 */
export function openNodeFfi(): Backend {
  const ffi = loadNodeFfi();
  const { lib } = ffi.dlopen(null);
  const functions = new Map<FunctionName, NativeFunction>();
  const inFlight = new Set<readonly Argument[]>();
  const errnoLocation = lib.getFunction("__errno_location", { return: "pointer", arguments: [] });
  const errnoAddress = BigInt(errnoLocation());

  function functionOf(name: FunctionName): NativeFunction {
    let found = functions.get(name);
    if (found === undefined) {
      found = lib.getFunction(symbolOf(name), typeOf(name));
      functions.set(name, found);
    }
    return found;
  }

  const backend: Backend = {
    name: "node:ffi",
    addressOf: (bytes) => ffi.getRawPointer(bytes),
    call(name, args) {
      const words = args.map(inMemory);
      return withPinned(words.filter(isUint8Array), () => {
        const value = functionOf(name)(...lower(ffi, name, words));
        return { value, errno: ffi.getInt32(errnoAddress, 0) };
      });
    },
    async callAside(name, args) {
      const pinned = args.map(inMemory);
      inFlight.add(pinned);
      try {
        const lowered = lower(ffi, name, pinned);
        return await callInWorker({ symbol: symbolOf(name), type: typeOf(name), args: lowered });
      } catch (error) {
        if (!isDirectoryGone(error)) throw error;
        return backend.call(name, args);
      } finally {
        inFlight.delete(pinned);
      }
    },
  };
  return backend;
}

/** Node starts no thread in a working directory that was removed; then the call is made in this one. */
function isDirectoryGone(error: unknown): boolean {
  const isObject = typeof error === "object" && error !== null;
  return isObject && "syscall" in error && error.syscall === "uv_cwd";
}

function loadNodeFfi(): NodeFfi {
  const ffi: unknown = process.getBuiltinModule("node:ffi");
  if (ffi === undefined) throw new Error(`node:ffi: Node ${process.version} has none; 26 has`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- newer than the types of Node
  return ffi as NodeFfi;
}

function symbolOf(name: FunctionName): string {
  return systemCallNumber(name) === undefined ? name : "syscall";
}

/** A symbol can have one type only, so syscall(2) always has seven words. */
function typeOf(name: FunctionName): Type {
  const letters = systemCallNumber(name) === undefined ? signatures[name] : "llllllll";
  const [result = "int64", ...types] = Array.from(
    letters,
    (letter) => typeNames[letter] ?? "int64",
  );
  return { return: result, arguments: types };
}

const typeNames: Readonly<Record<string, string>> = { i: "int32", l: "int64", p: "pointer" };

/** A string as bytes that end with NUL; anything else as it is. */
function inMemory(arg: Argument): Exclude<Argument, string> {
  return typeof arg === "string" ? Buffer.from(`${arg}\0`) : arg;
}

function lower(
  ffi: NodeFfi,
  name: FunctionName,
  args: readonly Exclude<Argument, string>[],
): readonly (number | bigint)[] {
  const number = systemCallNumber(name);
  const letters = number === undefined ? signatures[name].slice(1) : "lllllll";
  const all = number === undefined ? args : [number, ...args, 0, 0, 0, 0, 0, 0].slice(0, 7);
  return all.map((word, i) => {
    if (word === null) return 0n;
    if (typeof word === "object") return ffi.getRawPointer(word);
    return letters[i] === "i" ? Number(word) : BigInt.asIntN(64, BigInt(word));
  });
}

/** What a worker is told. */
interface Task {
  readonly symbol: string;
  readonly type: Type;
  readonly args: readonly (number | bigint)[];
}

async function callInWorker(task: Task): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const worker = new Worker(workerSource, {
    eval: true,
    workerData: task,
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  worker.on("message", resolve);
  worker.on("error", reject);
  return promise;
}

/** As text, so that one bundled file holds it too. */
const workerSource = `
const ffi = require("node:ffi");
const { parentPort, workerData } = require("node:worker_threads");
const { symbol, type, args } = workerData;
const { lib } = ffi.dlopen(null);
const errno = lib.getFunction("__errno_location", { return: "pointer", arguments: [] })();
const value = lib.getFunction(symbol, type)(...args);
parentPort.postMessage({ value, errno: ffi.getInt32(errno, 0) });
`;
