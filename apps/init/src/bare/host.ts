import type { BootUi } from "@earlyboot/initrd-init";
import type { Linux } from "@earlyboot/linux-syscalls";
import { codeCachePath } from "../addon-path.ts";
import { secretLine } from "../secret-line.ts";
import { imageUnxz } from "../unxz/image-unxz.ts";
import { loadCodeCache } from "./code-cache.ts";
import { callC } from "./c-library.ts";
import { writeAll } from "./console.ts";
import { consoleInput } from "./console-input.ts";
import { core } from "./core.ts";
import type { Scripts } from "./scripts.ts";

/** Makes the user interface of the boot program on Bare. */
export function createHostUi(
  linux: Pick<Linux, "setTerminalMode" | "terminalMode">,
  scripts: Scripts,
): BootUi {
  function isTerminal(descriptor: number): boolean {
    try {
      linux.terminalMode(descriptor);
      return true;
    } catch {
      return false;
    }
  }

  /** What a plain boot does not use may compute for long: from then on V8 optimises what runs often. */
  function hot(): Scripts {
    loadCodeCache(codeCachePath).setFlags("--maglev --turbofan");
    return scripts;
  }

  /** Has keys come one by one, unseen, while `use` runs. */
  async function withKeys<Value>(use: () => Promise<Value>): Promise<Value | undefined> {
    if (!isTerminal(0)) return undefined;
    const before = linux.terminalMode(0);
    linux.setTerminalMode(0, { echo: false, lines: false, signals: false });
    try {
      return await use();
    } finally {
      restore(before);
    }
  }

  function restore(mode: ReturnType<Linux["terminalMode"]>): void {
    try {
      linux.setTerminalMode(0, mode);
    } catch {
      // A console that vanished.
    }
  }

  return {
    host: `bare ${core.versions["bare"]}`,
    kernelArguments: core.argv.slice(1),
    interactive: () => isTerminal(0),
    // The launcher of an image gives the environment: TERM is linux.
    colour: () => isTerminal(1),
    write: writeToConsole,
    nextKey: (signal) =>
      withKeys(async () => {
        const bytes = await consoleInput.read(signal);
        return bytes && Buffer.from(bytes).toString("utf8");
      }),
    readSecret: (prompt) => withKeys(() => readSecret(prompt)),
    passwordFits: async (password, hash) => hot().later().passwordFits(password, hash),
    runRepl: async (scope) => hot().later().runRepl(scope, consoleInput, writeToConsole),
    runProgram: async (path) => {
      await Reflect.get(Object(await hot().importFile(path)), "default");
    },
    importHooks: (path) => hot().importFile(path),
    decompress: {
      zst: (bytes) => hot().later().unzstd(bytes),
      gz: (bytes) => hot().later().gunzipSync(bytes),
      xz: imageUnxz((path) => hot().importFile(path)),
    },
    onFatal(handler) {
      core.onuncaughtexception = handler;
      core.onunhandledrejection = handler;
      core.onbeforeexit = () => handler(new Error("the boot program has nothing left to wait for"));
    },
    exit: exitProcess,
  };
}

function exitProcess(status: number): never {
  callC("_exit", status);
  throw new Error("_exit came back");
}

function writeToConsole(text: string): void {
  writeAll(1, text);
}

async function readSecret(prompt: string): Promise<Uint8Array | undefined> {
  // Only now: whoever types at once is not to see the secret.
  writeToConsole(prompt);
  const line = secretLine();
  try {
    for (;;) {
      const bytes = await consoleInput.read();
      const entered = bytes === undefined ? "given-up" : line.type(bytes);
      if (entered === "given-up") line.wipe();
      if (entered !== "more") return entered === "given-up" ? undefined : entered;
    }
  } finally {
    writeToConsole("\n");
  }
}
