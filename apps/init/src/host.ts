import { type BootUi, type ReplScope, newRootRuntime } from "@earlyboot/initrd-init";
import type { Linux } from "@earlyboot/linux-syscalls";
import type { ReadStream, WriteStream } from "node:tty";
import { secretLine } from "./secret-line.ts";
import { imageUnxz } from "./unxz/image-unxz.ts";

/**
 * The only module that knows the JavaScript host. Everything is asked for when it is needed: what a
 * plain boot does not use is not loaded.
 */
// oxlint-disable-next-line typescript/unbound-method -- it uses no `this`
const builtin = process.getBuiltinModule;

/** Makes the user interface of the boot program: the console of this process. */
export function createHostUi(linux: Pick<Linux, "terminalMode">): BootUi {
  let attempts = 0;
  return {
    host: `node ${process.versions.node}`,
    kernelArguments: process.argv.slice(2),
    interactive: () => isTerminal(linux, 0),
    colour: () => process.env["TERM"] !== "dumb" && isTerminal(linux, 1),
    write: writeToConsole,
    nextKey,
    readSecret,
    passwordFits,
    runRepl,
    runProgram: async (path) => {
      resolvePackages();
      compileHotCode();
      const url = builtin("node:url").pathToFileURL(path);
      // Node keeps how loading a module ended: a program that was mended needs another name.
      if (attempts++ > 0) url.search = `attempt=${attempts}`;
      const program: unknown = await import(url.href);
      // A CommonJS program cannot await at its top level: it exports a promise instead.
      await defaultOf(program);
    },
    importHooks: importFile,
    decompress: {
      zst: (bytes) => builtin("node:zlib").zstdDecompressSync(bytes),
      gz: (bytes) => builtin("node:zlib").gunzipSync(bytes),
      xz: imageUnxz(importFile),
    },
    onFatal,
    exit: exitProcess,
  };
}

function importFile(path: string): Promise<unknown> {
  return import(builtin("node:url").pathToFileURL(path).href);
}

/** Asks the kernel; Node's own answer would load its network code. */
function isTerminal(linux: Pick<Linux, "terminalMode">, descriptor: number): boolean {
  try {
    linux.terminalMode(descriptor);
    return true;
  } catch {
    return false;
  }
}

/**
 * Lets V8 optimise what runs often, which `node-flags.json` turns off: a boot is over before that pays, a
 * boot program or a person at the REPL may go on for long.
 */
function compileHotCode(): void {
  const { setFlagsFromString } = builtin("node:v8");
  setFlagsFromString("--maglev");
  setFlagsFromString("--turbofan");
}

/** Lets a boot program, wherever it is, import earlyboot's packages from the tmpfs that holds them. */
function resolvePackages(): void {
  if (!builtin("node:fs").existsSync(newRootRuntime)) return;
  const parentURL = builtin("node:url").pathToFileURL(`${newRootRuntime}/index.js`).href;
  builtin("node:module").registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, specifier.startsWith("@earlyboot/") ? { ...context, parentURL } : context),
  });
}

function defaultOf(module: unknown): unknown {
  return typeof module === "object" && module !== null && "default" in module
    ? module.default
    : undefined;
}

/** The end of this process that a hook or a boot program cannot take away. */
const reallyExit = process.exit.bind(process);

function exitProcess(status: number): never {
  process.removeAllListeners("exit");
  return reallyExit(status);
}

/**
 * Tells `handler` of every error that nobody caught, of an attempt to end the process, and of a
 * program that has nothing left to wait for. PID 1 never ends by accident.
 */
function onFatal(handler: (error: unknown) => void): void {
  process.on("uncaughtException", handler);
  process.on("unhandledRejection", handler);
  process.on("beforeExit", () => {
    handler(new Error("the boot program has nothing left to wait for"));
    // The handler's work keeps the process alive; without any, the kernel would panic silently.
  });
  process.exit = refuseToEnd;
  process.abort = () => refuseToEnd("abort");
}

function refuseToEnd(status?: number | string | null): never {
  throw new Error(`process.exit(${status ?? ""}) was called: PID 1 must not end`);
}

function writeToConsole(text: string): void {
  const { writeSync } = builtin("node:fs");
  let rest: Uint8Array = new TextEncoder().encode(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch {
    // A console that vanished, or that takes nothing more, must not stop the boot.
  }
}

/** Opens the console's terminal for `use`, key by key, and closes it again. */
async function withKeys<T>(use: (input: ReadStream) => Promise<T>): Promise<T | undefined> {
  const tty = builtin("node:tty");
  if (!tty.isatty(0)) return undefined;
  const input = new tty.ReadStream(0);
  // A console that vanishes is told as an error of the stream, also when its mode is set back.
  input.on("error", () => {});
  try {
    input.setRawMode(true);
    return await use(input);
  } finally {
    input.setRawMode(false);
    input.destroy();
  }
}

function nextKey(signal: AbortSignal): Promise<string | undefined> {
  return withKeys(
    (input) =>
      new Promise<string | undefined>((resolve, reject) => {
        const stop = () => reject(signal.reason);
        if (signal.aborted) stop();
        signal.addEventListener("abort", stop, { once: true });
        input.once("data", (bytes) => {
          signal.removeEventListener("abort", stop);
          resolve(String(bytes));
        });
        input.once("error", () => resolve(undefined));
        input.once("end", () => resolve(undefined));
      }),
  );
}

function readSecret(prompt: string): Promise<Uint8Array | undefined> {
  return withKeys(
    (input) =>
      new Promise<Uint8Array | undefined>((resolve) => {
        // Only now: whoever types at once is not to see the secret.
        writeToConsole(prompt);
        const line = secretLine();
        const finish = (result: Uint8Array | undefined) => {
          input.removeAllListeners("data");
          if (result === undefined) line.wipe();
          writeToConsole("\n");
          resolve(result);
        };
        input.on("data", (bytes: Uint8Array) => {
          const entered = line.type(bytes);
          if (entered !== "more") finish(entered === "given-up" ? undefined : entered);
        });
        input.once("error", () => finish(undefined));
        input.once("end", () => finish(undefined));
      }),
  );
}

/** In bytes. */
const shortestKey = 16;

async function passwordFits(password: Uint8Array, hash: string): Promise<boolean> {
  const [scheme, cost, blockSize, parallelization, salt, key] = hash.split(":");
  if (scheme !== "scrypt" || salt === undefined || key === undefined) return false;
  const { scrypt, timingSafeEqual } = builtin("node:crypto");
  const expected = decodeBase64(key);
  // An empty key would fit every password.
  if (expected.length < shortestKey) return false;
  const options = {
    N: Number(cost),
    r: Number(blockSize),
    p: Number(parallelization),
    maxmem: 256 * Number(cost) * Number(blockSize),
  };
  const derived = await new Promise<Uint8Array>((resolve, reject) => {
    scrypt(password, decodeBase64(salt), expected.length, options, (error, result) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
  return timingSafeEqual(derived, expected);
}

function decodeBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** A serial line does not tell its size. */
const usualColumns = 80;

async function runRepl({ names, commands, help }: ReplScope): Promise<void> {
  compileHotCode();
  const tty = builtin("node:tty");
  const terminal = tty.isatty(0);
  const input = terminal ? new tty.ReadStream(0) : process.stdin;
  const output: WriteStream = new tty.WriteStream(1);
  if (!(output.columns > 0)) output.columns = usualColumns;
  const server = builtin("node:repl").start({
    prompt: "earlyboot> ",
    input,
    output,
    terminal,
    preview: false,
    breakEvalOnSigint: terminal,
  });
  Object.assign(server.context, names);
  const show = (text: string) => output.write(text.endsWith("\n") ? text : `${text}\n`);
  const leave = () => server.close();
  for (const { name, help: line, run } of commands) {
    server.defineCommand(name, {
      help: line,
      action(argument) {
        this.pause();
        const takeBack = lendTerminal(input);
        void run(argument.trim())
          .then(({ text }) => (text === undefined ? undefined : show(text)))
          .catch((error: unknown) => show(String(error)))
          .finally(() => {
            takeBack();
            this.resume();
            this.displayPrompt();
          });
      },
    });
  }
  server.defineCommand("help", {
    help: "this list",
    action() {
      show(help);
      this.displayPrompt();
    },
  });
  server.defineCommand("resume", { help: "go on with the boot", action: leave });
  // A console that vanishes ends the REPL.
  server.on("error", leave);
  output.on("error", leave);
  await new Promise<void>((resolve) => server.once("exit", resolve));
  if (terminal) input.destroy();
}

/** What Node's own standard input uses of its terminal, and does not offer. */
interface TerminalHandle {
  reading: boolean;
  readStop(): void;
  setBlocking(blocking: boolean): void;
}

/**
 * Leaves the terminal to a program, in the mode that programs expect, until what it gives is called. A
 * stream that is only paused still reads once, and would take from the program what is typed to it.
 */
function lendTerminal(input: ReadStream & { readonly _handle?: TerminalHandle }): () => void {
  const { _handle: handle } = input;
  if (!input.isTTY || handle === undefined) return () => {};
  input.setRawMode(false);
  handle.reading = false;
  handle.readStop();
  handle.setBlocking(true);
  return () => {
    handle.setBlocking(false);
    input.setRawMode(true);
  };
}
