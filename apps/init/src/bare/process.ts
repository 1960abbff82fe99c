import { callC } from "./c-library.ts";
import { monotonic } from "./clock.ts";
import { writeAll } from "./console.ts";
import { core, loadAddon, nativePart } from "./core.ts";
import { Socket } from "./node-net.ts";

/** The native part of `bare-signals`. */
interface NativeSignals {
  readonly signals: Readonly<Record<string, number>>;
  init(self: object, onSignal: () => void, onClose: () => void): object;
  start(handle: object, signal: number): void;
  close(handle: object): void;
  unref(handle: object): void;
}

let loaded: NativeSignals | undefined;

function signals(): NativeSignals {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the pinned version of Bare
  loaded ??= nativePart("bare-signals") as NativeSignals;
  return loaded;
}

type Handler = () => void;

/** What listens to a signal, by the signal's name. */
const listeners = new Map<string, Map<Handler, object>>();

/** The handles that libuv uses: one goes only when it has been closed, a turn of the loop later. */
const open = new Set<object>();

/** Modules of Node that are asked for when they are needed, as far as they are used. */
const modules: Readonly<Record<string, () => unknown>> = {
  "node:net": () => ({ Socket }),
  "node:os": () => ({ constants: { signals: signals().signals } }),
};

/** What of Node's `process` the system calls of the boot program use. */
interface Process {
  readonly arch: string;
  readonly argv: readonly string[];
  readonly env: Record<string, string>;
  readonly pid: number;
  readonly version: string;
  getBuiltinModule(name: string): unknown;
  /** Signals only; a listener alone does not keep the program running. */
  on(name: string, handler: Handler): void;
  off(name: string, handler: Handler): void;
  chdir(path: string): void;
  umask(mask: number): number;
  dlopen(module: { exports: unknown }, path: string): void;
  hrtime(): readonly [seconds: number, nanoseconds: number];
  emitWarning(text: string): void;
  /** Throws: PID 1 must not end. */
  exit(status?: number): never;
  abort(): never;
}

/** What takes its place on Bare. */
export const process: Process = {
  arch: core.arch,
  argv: core.argv,
  env: {},
  pid: core.pid,
  version: `of Bare ${core.versions["bare"]}`,
  getBuiltinModule: (name) => modules[name]?.(),
  on(name, handler) {
    const native = signals();
    const handle = native.init({}, handler, () => open.delete(handle));
    open.add(handle);
    native.start(handle, native.signals[name] ?? 0);
    native.unref(handle);
    const handles = listeners.get(name) ?? new Map<Handler, object>();
    listeners.set(name, handles.set(handler, handle));
  },
  off(name, handler) {
    const handle = listeners.get(name)?.get(handler);
    if (handle !== undefined) signals().close(handle);
    listeners.get(name)?.delete(handler);
  },
  chdir: (path) => void callC("chdir", path),
  umask: (mask) => callC("umask", mask),
  dlopen(module, path) {
    module.exports = loadAddon(path);
  },
  hrtime() {
    const now = monotonic();
    return [Number(now / 1_000_000_000n), Number(now % 1_000_000_000n)];
  },
  exit: (status) => refuseToEnd(`process.exit(${status ?? ""})`),
  abort: () => refuseToEnd("process.abort()"),
  emitWarning(text) {
    writeAll(2, `(bare) Warning: ${text}\n`);
  },
};

// What ends Bare itself.
Object.assign(core, {
  terminate: () => refuseToEnd("Bare.exit()"),
  abort: () => refuseToEnd("Bare's abort()"),
});

function refuseToEnd(call: string): never {
  throw new Error(`${call} was called: PID 1 must not end`);
}
