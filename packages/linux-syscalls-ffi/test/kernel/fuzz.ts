import { FileKind, MountFlag, errorCode } from "@earlyboot/linux-syscalls";
import * as fs from "node:fs";

import { findAddon } from "../../src/addon-path.ts";
import type { Answer, Backend } from "../../src/backend.ts";
import { openFfiRs } from "../../src/backends/ffi-rs.ts";
import { openNodeFfi } from "../../src/backends/node-ffi.ts";
import { linuxOf } from "../../src/linux-of.ts";
import type { Argument, FunctionName } from "../../src/signatures.ts";

/* oxlint-disable no-new-wrappers, unicorn/no-thenable, typescript/no-extraneous-class --
   values that nobody should make are what this program is about */

/**
 * Calls every function of the adapter with whatever JavaScript can make:
 * `node fuzz.ts BACKEND CALLS SEED REPORT`, as root of new user, mount, network and PID namespaces.
 * It lives if nothing ended it; what came out of the calls stands in the file REPORT.
 */
const [backendName = "", calls = "", seed = "", reportFile = ""] = process.argv.slice(2);

/** A descriptor of Node's, which the calls below must not be able to close or write to. */
const report = fs.openSync(reportFile, "w");

/** What hostile objects throw, so that it is known from the adapter's own errors. */
class Hostile extends Error {}

const random = randomNumbers(Number(seed));
const linux = linuxOf(
  harmless(backendName === "node:ffi" ? openNodeFfi() : openFfiRs(findAddon())),
);
const counts: Record<string, number> = {};
const outcomes: Record<string, number> = {};
const surprises = new Set<string>();
const handles: Readonly<Record<string, unknown>>[] = [];

/** The same backend, where success would end this process, hang it, or take its means away. */
function harmless(backend: Backend): Backend {
  const refused: Answer = { value: -1, errno: 1 };
  const done: Answer = { value: 0, errno: 0 };
  return {
    ...backend,
    call(name: FunctionName, args: readonly Argument[]) {
      if (["reboot", "execve", "chroot", "pivot_root"].includes(name)) return refused;
      // By the number of one of its threads even the first process of a namespace can be killed.
      if (name === "kill" && Number(args[0]) > 1) return refused;
      if (name === "sync") return done;
      if (name === "prlimit" && args[2] !== null) return done;
      const isFifo = (Number(args[2]) & FileKind.Mask) === FileKind.Fifo;
      return name === "mknodat" && isFifo ? refused : backend.call(name, args);
    },
  };
}

/** A small root of its own, in which nothing that matters can be reached by a path. */
function enterScratchRoot(): void {
  // kill(0, …) would reach the process group of whoever started this.
  linux.setsid();
  linux.mount({ target: "/", flags: MountFlag.Recursive | MountFlag.Private });
  linux.mount({ source: "fuzz", target: "/tmp", type: "tmpfs", data: "size=8m,nr_inodes=2000" });
  for (const directory of ["a", "a/b", "dev", "proc", "sys"]) linux.mkdir(`/tmp/${directory}`);
  linux.writeFile("/tmp/file", "some content");
  linux.writeFile("/tmp/program", "#!/program\n", { mode: 0o755 });
  linux.symlink("file", "/tmp/link");
  // Not through `harmless`, and not through the adapter: this one has to happen.
  process.chdir("/tmp");
  (backendName === "node:ffi" ? openNodeFfi() : openFfiRs(findAddon())).call("chroot", ["."]);
  process.chdir("/");
}

/** One call of one function, of the adapter or of something that it gave. */
function callOnce(): void {
  const object = random() < 0.1 && handles.length > 0 ? pick(handles) : linux;
  const names = Object.keys(object).filter(
    (name) => typeof Reflect.get(object, name) === "function",
  );
  const name = pick(names);
  counts[name] = (counts[name] ?? 0) + 1;
  try {
    settle(name, Reflect.apply(Reflect.get(object, name), object, argumentsFor(name)));
  } catch (error) {
    judge(name, error);
  }
}

/** Looks at what a call gave: promises are waited for, what has functions is called later. */
function settle(name: string, value: unknown): void {
  if (value instanceof Promise) {
    value.then(
      (result) => settle(name, result),
      (error: unknown) => judge(name, error),
    );
  } else if (typeof value === "function") {
    handles.push({ [`${name}-stop`]: value });
  } else if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
    if (Object.values(value).some((field) => typeof field === "function"))
      handles.push({ ...value });
  }
  count("returned");
}

function judge(name: string, error: unknown): void {
  if (error instanceof Hostile) return count("threw what the caller's object threw");
  const code = errorCode(error);
  const kind = error instanceof Error ? error.name : typeof error;
  const known = kind === "SyscallError" || kind === "TypeError" || kind === "RangeError";
  const aborted = kind === "AbortError" || code === "ABORT_ERR";
  count(known ? kind : "other");
  if (!known && !aborted) surprises.add(`${name}: ${String(error)}`);
  if (error instanceof Error && error.message === "") surprises.add(`${name}: no message`);
  if (error instanceof Error && error.message.includes("do not suit")) {
    surprises.add(`${name}: ${error.message}`);
  }
}

function count(outcome: string): void {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}

/** Stops what was started, and closes what was opened: there is room for so much only. */
function tidy(): void {
  for (const handle of handles.splice(0)) {
    for (const [name, stop] of Object.entries(handle)) {
      if (!name.endsWith("-stop") && name !== "close") continue;
      if (typeof stop === "function") stop.call(handle);
    }
  }
  for (let open = 3; open < 400; open++) {
    try {
      linux.close(open);
    } catch {
      // Closed, or Node's own.
    }
  }
  try {
    linux.chdir("/");
    fs.writeFileSync("/file", "some content");
  } catch {
    // Something was mounted above.
  }
}

/** Half of the time nearly right ones for the function, otherwise anything in any number. */
function argumentsFor(name: string): unknown[] {
  const shape = shapes[name];
  if (shape !== undefined && random() < 0.5) {
    return shape.map((make) => (random() < 0.85 ? make() : any()));
  }
  return Array.from({ length: Math.floor(random() * 6) }, () => (random() < 0.5 ? usual() : any()));
}

/** The kinds of arguments that functions take. */
const shapes: Readonly<Record<string, readonly (() => unknown)[]>> = {
  mount: [request],
  umount2: [path, number],
  statfs: [path],
  readFile: [path],
  readText: [path],
  writeFile: [path, bytes, request],
  readDirectory: [path],
  readLink: [path],
  stat: [path],
  lstat: [path],
  access: [path, number],
  mkdir: [path, number],
  mknod: [path, number, big],
  symlink: [path, path],
  link: [path, path],
  rename: [path, path],
  unlink: [path],
  rmdir: [path],
  chmod: [path, number],
  chown: [path, number, number],
  chdir: [path],
  umask: [number],
  setImmutable: [path, truth],
  open: [path, request],
  openAt: [descriptor, path, request],
  close: [descriptor],
  read: [descriptor, bytes, big],
  write: [descriptor, bytes],
  dup2: [descriptor, descriptor],
  fstat: [descriptor],
  statAt: [descriptor, path],
  readDirectoryAt: [descriptor],
  unlinkAt: [descriptor, path, () => pick(["file", "directory"])],
  fchdir: [descriptor],
  createMemoryFile: [path, bytes],
  finitModule: [descriptor, path, number],
  initModule: [bytes, path],
  deleteModule: [path],
  openBlockDevice: [path],
  attachLoop: [request],
  detachLoop: [path],
  interfaceFlags: [interfaceName],
  setInterfaceFlags: [interfaceName, number],
  setInterfaceAddress: [interfaceName, () => "10.0.0.1"],
  addRoute: [request],
  spawn: [request],
  execve: [path, strings, () => ({ A: "b" }), request],
  kill: [number, number],
  terminalMode: [descriptor],
  setTerminalMode: [descriptor, request],
  terminalSize: [descriptor],
  pendingOutput: [descriptor],
  setControllingTerminal: [descriptor],
  dropControllingTerminal: [descriptor],
  reapOrphans: [handler],
  onSignal: [number, handler],
  sleep: [number, signal],
  next: [signal],
};

function truth(): unknown {
  return random() < 0.5;
}

function interfaceName(): unknown {
  return pick(["lo", "eth0", "x".repeat(20), ""]);
}

/** What a well-meaning caller would give. */
function usual(): unknown {
  return pick([path, number, descriptor, big, bytes, request, request, handler, signal, strings])();
}

function path(): unknown {
  return pick(["/", "/file", "/link", "/a", "/a/b", "a", "new", "/none", "/program", "tmpfs", "."]);
}

function number(): unknown {
  return pick([0, 1, 2, 7, 0o644, 0o777, 4096, 16384, 0x1234567, 1000, 15, 17, 64, 65]);
}

function descriptor(): unknown {
  return Math.floor(random() * 40);
}

function big(): unknown {
  return pick([0n, 1n, 259n, 4096n, 2n ** 32n, 2n ** 63n - 1n]);
}

function bytes(): unknown {
  return pick([new Uint8Array(0), new Uint8Array(16), Buffer.from("text"), new Uint8Array(70_000)]);
}

function strings(): unknown {
  return Array.from({ length: Math.floor(random() * 4) }, () => (random() < 0.8 ? "word" : any()));
}

function handler(): unknown {
  return pick([
    () => undefined,
    () => {
      throw new Hostile("handler");
    },
    async () => Promise.reject(new Hostile("handler")),
  ]);
}

function signal(): unknown {
  return pick([AbortSignal.abort(new Hostile("abort")), new AbortController().signal, undefined]);
}

const fieldNames = `
  source target type flags data how mode create access exclusive append truncate
  directory noFollow nonBlock file readOnly offset destination netmask gateway
  interface path arguments argv0 addon environment workingDirectory streams
  onOutput onProgress newSession closeLater keep openFiles soft hard echo lines signals
  aborted backend
`
  .trim()
  .split(/\s+/);

const fieldValues: Readonly<Record<string, () => unknown>> = {
  target: path,
  file: path,
  path,
  type: () => pick(["tmpfs", "proc", "ext4"]),
  streams: () => pick(["inherit", "null"]),
  how: () => pick(["replace", "append", "exclusive"]),
  access: () => pick(["read", "write", "read-write"]),
  destination: () => pick(["10.0.0.0", "0.0.0.0", "300.1.1.1"]),
  netmask: () => pick(["255.0.0.0", "0.0.0.0"]),
  readOnly: truth,
  create: truth,
  environment: () => ({ A: "b", ...(random() < 0.2 ? { [pick(fieldNames)]: any() } : {}) }),
  arguments: strings,
  onOutput: handler,
  onProgress: handler,
  openFiles: () => ({ soft: number(), hard: number() }),
};

/** An object with fields of requests and options: all, or some, right ones and wrong ones. */
function request(): unknown {
  const wanted = random();
  const names = fieldNames.filter(() => random() < wanted);
  return Object.fromEntries(
    names.map((name) => [name, random() < 0.85 ? (fieldValues[name] ?? number)() : any()]),
  );
}

/** What no caller would give. */
function any(): unknown {
  return pick(hostile)();
}

function pick<Item>(items: readonly Item[]): Item {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an item may be undefined
  return items[Math.floor(random() * items.length)] as Item;
}

/** The generator "mulberry32": the same numbers for the same seed. */
function randomNumbers(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Throws whatever is done with it. */
function thrower(target: object): object {
  const trap = () => {
    throw new Hostile("trap");
  };
  const names = ["get", "has", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf", "set"];
  return new Proxy(target, Object.fromEntries(names.map((name) => [name, trap])));
}

/** Gives another value each time it is asked. */
function liar(target: object): object {
  return new Proxy(target, { get: () => (random() < 0.5 ? usual() : any()), has: () => true });
}

class LyingBytes extends Uint8Array {
  override get byteLength(): number {
    return 2 ** 31;
  }
  override get byteOffset(): number {
    return -1;
  }
  override get length(): number {
    return 2 ** 40;
  }
}

function detached(): unknown {
  const view = new Uint8Array(64);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

function shrunk(): unknown {
  const buffer = new ArrayBuffer(64, { maxByteLength: 128 });
  const view = new Uint8Array(buffer, 32);
  buffer.resize(pick([0, 16, 40, 128]));
  return view;
}

function relabelled(): unknown {
  return Object.defineProperty(new Uint8Array(8), "length", { value: 2 ** 33 });
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function withThrowingGetters(): unknown {
  const names = Object.fromEntries(fieldNames.map((name) => [name, { get: throwHostile }]));
  return Object.defineProperties({}, names);
}

function throwHostile(): never {
  throw new Hostile("getter");
}

const long = "x".repeat(2 ** 24);

const values: readonly unknown[] = [
  [undefined, null, true, false, Number.NaN, -0, -1, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, 1e308],
  [Number.POSITIVE_INFINITY, -(2 ** 31), 0xfee1dead, 0n, -1n, 2n ** 64n, -(2n ** 63n), 2n ** 200n],
  ["", "a\0b", "\0", "\ud800", "\udfff/x", "ü".repeat(3000), "x".repeat(5000), "/".repeat(4095)],
  [Symbol("s"), Symbol.iterator, /x/, new Date(0), new Map(), new String("/file"), new Number(3)],
  [[], [1, "a"], Array(2 ** 32 - 1), {}, Object.create(null), globalThis, process, Promise],
].flat();

const hostile: readonly (() => unknown)[] = values
  .map((value) => () => value)
  .concat(
    () => long,
    () => throwHostile,
    () => async () => Promise.reject(new Hostile("rejected")),
    () => class {},
    () => thrower({}),
    () => thrower([]),
    () => thrower(new Uint8Array(8)),
    () => thrower(() => undefined),
    () => liar({}),
    () => liar([]),
    () => liar(new Uint8Array(8)),
    () => liar(() => undefined),
    () => revoked({}),
    () => revoked([]),
    () => revoked(new Uint8Array(8)),
    () => new Proxy([], { get: (_, key) => (key === "length" ? 2 ** 32 - 1 : "word") }),
    () => new Proxy(new Uint8Array(8), {}),
    () => new LyingBytes(8),
    detached,
    shrunk,
    relabelled,
    withThrowingGetters,
    () => new Uint8Array(new SharedArrayBuffer(64)),
    () => new ArrayBuffer(8),
    () => new SharedArrayBuffer(8),
    () => new DataView(new ArrayBuffer(8)),
    () => new Float64Array(8),
    () => new BigInt64Array(1),
    () => Object.create(Uint8Array.prototype),
    () => ({ toString: throwHostile, valueOf: throwHostile, [Symbol.toPrimitive]: throwHostile }),
    () => ({ aborted: false, addEventListener: throwHostile }),
    () => ({ aborted: false, addEventListener: () => undefined }),
    () => ({
      get then() {
        return throwHostile();
      },
    }),
    () => ({ then: (resolve: () => void) => resolve() }),
    () => new Error("value"),
  );

enterScratchRoot();
for (let i = 0; i < Number(calls); i++) {
  callOnce();
  if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  if (i % 500 === 0) tidy();
}
tidy();
await new Promise((resolve) => setTimeout(resolve, 10));
fs.writeSync(report, JSON.stringify({ counts, outcomes, surprises: [...surprises] }));
process.exit(0);
