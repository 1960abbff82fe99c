import type { Decompressors } from "@earlyboot/kernel-modules";

/** What a REPL offers: names for the expressions that are typed, and commands that begin with a dot. */
export interface ReplScope {
  /** Names in scope: `linux`, `boot`, `findDevice`, … */
  readonly names: Readonly<Record<string, unknown>>;
  readonly commands: readonly ReplCommand[];
  /** What `.help` shows, at most one screen. */
  readonly help: string;
}

/** A command of the REPL: `.mounts`. */
export interface ReplCommand {
  readonly name: string;
  readonly help: string;
  /** Does it, with what was typed behind its name; rejects when it cannot. */
  readonly run: (argument: string) => Promise<ReplAnswer>;
}

/** What a command of the REPL has to show. */
export interface ReplAnswer {
  /** Lines fit for a console. */
  readonly text?: string;
}

/**
 * The person at the console and the JavaScript host, as the boot needs them. The boot program
 * gives the real ones; tests and `earlyboot plan` give others.
 */
export interface BootUi {
  /** The JavaScript host and its version: `node 24.21.0`. */
  readonly host: string;
  /** The words that the kernel gave `/init`. */
  readonly kernelArguments: readonly string[];
  /** Whether somebody could type at the console. */
  interactive(): boolean;
  /** Whether the console shows colours. */
  colour(): boolean;
  /** Writes text to the console. Never throws: a console can vanish. */
  write(text: string): void;
  /** Waits for a key; resolves with `undefined` when nobody can press one. Rejects when aborted. */
  nextKey(signal: AbortSignal): Promise<string | undefined>;
  /** Asks for a secret without showing it, as UTF-8 that the caller wipes; `undefined` when the console ends. */
  readSecret(prompt: string): Promise<Uint8Array | undefined>;
  /** Whether a password fits a `scrypt:N:R:P:SALT:KEY`. */
  passwordFits(password: Uint8Array, hash: string): Promise<boolean>;
  /** Runs a REPL on the console until it is left; `.help` and `.resume` are its own. */
  runRepl(scope: ReplScope): Promise<void>;
  /**
   * Imports a JavaScript boot program into this process; settles when its module has run, and what it
   * exports as default, where that is a promise.
   */
  runProgram(path: string): Promise<void>;
  /** Imports a module of the image that exports hooks. */
  importHooks(path: string): Promise<unknown>;
  /** Decompressors for modules that the kernel cannot decompress. */
  readonly decompress: Decompressors;
  /**
   * Registers who is told of an error that nobody caught, of an attempt to end the process, and of
   * a program that has nothing left to wait for.
   */
  onFatal(handler: (error: unknown) => void): void;
  /** Ends PID 1, on which the kernel panics. */
  exit(status: number): never;
}
