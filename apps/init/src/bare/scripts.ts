import type * as later from "./later.ts";
import { core, loadStatic } from "./core.ts";

/** What comes with the boot program, and is started when it is needed. */
export interface Scripts {
  later(): typeof later;
  /** Imports a JavaScript file that is not part of the boot program. */
  importFile(path: string): Promise<unknown>;
}

/**
 * The scripts that the image holds in place of Bare's bundle: what a plain boot does not use, and Bare's own
 * first script, with a NUL between.
 */
export function scriptsIn(bundle: ArrayBuffer): Scripts {
  const bytes = Buffer.from(bundle);
  const end = bytes.indexOf(0);
  const started: { later?: typeof later; bare?: Import } = {};
  return {
    later: () => (started.later ??= runLater(bytes.toString("utf8", 0, end))),
    async importFile(path) {
      started.bare ??= startBare(bytes.toString("utf8", end + 1));
      return started.bare(path);
    },
  };
}

function runLater(text: string): typeof later {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is built from that file
  const module = { exports: {} as typeof later };
  // oxlint-disable-next-line typescript/no-implied-eval -- part of this program
  new Function("bare", "module", text)(core, module);
  return module.exports;
}

/** What Bare's first script asks of the `require` that it is given: native parts, by `builtin:NAME@VERSION`. */
const nativeRequire = Object.assign(
  (name: string): never => {
    throw new Error(`there is no module ${name}`);
  },
  { addon: (url: string) => loadStatic(url.replace(/^builtin:/, "")) },
);

type Import = (path: string) => Promise<unknown>;

/** Starts all of Bare, as if the boot program were not in the place of its first script. */
function startBare(text: string): Import {
  const { onuncaughtexception, onunhandledrejection, onbeforeexit, onexit } = core;
  const { console } = globalThis;
  // oxlint-disable-next-line typescript/no-implied-eval -- as Bare itself compiles it
  new Function("bare", "require", text)(core, nativeRequire);
  // What Bare does with errors would end PID 1.
  Object.assign(core, { onuncaughtexception, onunhandledrejection, onbeforeexit, onexit });
  Object.assign(globalThis, { console });
  const source = new Uint8Array(Buffer.from("module.exports = (path) => import(path)"));
  const module = core.load("file:///import.cjs", source.buffer);
  return Reflect.get(Object(module), "exports");
}
