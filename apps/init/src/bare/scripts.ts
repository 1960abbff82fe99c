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
  const started: { later?: typeof later; bare?: true } = {};
  return {
    later: () => (started.later ??= runLater(bytes.toString("utf8", 0, end))),
    async importFile(path) {
      started.bare ??= startBare(bytes.toString("utf8", end + 1));
      const url = `file://${encodeURI(path).replaceAll(/[?#]/g, encodeURIComponent)}`;
      return importAnew(url, (await isModuleBySyntax(url)) ? { type: "module" } : {});
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

/** Starts all of Bare, as if the boot program were not in the place of its first script. */
function startBare(text: string): true {
  const { onuncaughtexception, onunhandledrejection, onbeforeexit, onexit } = core;
  const { console } = globalThis;
  // oxlint-disable-next-line typescript/no-implied-eval -- as Bare itself compiles it
  new Function("bare", "require", text)(core, nativeRequire);
  // What Bare does with errors would end PID 1.
  Object.assign(core, { onuncaughtexception, onunhandledrejection, onbeforeexit, onexit });
  Object.assign(globalThis, { console });
  return true;
}

/** Imports with a cache of its own: Bare keeps how loading a module ended, and a program may have been mended. */
function importAnew(
  url: string,
  attributes: { readonly type?: "module" | "text" },
): Promise<unknown> {
  const text = "module.exports = (url, attributes) => import(url, { with: attributes })";
  const source = new Uint8Array(Buffer.from(text));
  const module = core.load("file:///import.cjs", source.buffer);
  return Reflect.get(Object(module), "exports")(url, attributes);
}

/** Whether a `.js` file can only be an ES module, as Node finds out: Bare would look for a package.json alone. */
async function isModuleBySyntax(url: string): Promise<boolean> {
  if (!url.endsWith(".js")) return false;
  const text = Reflect.get(Object(await importAnew(url, { type: "text" })), "default");
  return !isCommonJs(String(text).replace(/^#!.*/, ""));
}

function isCommonJs(text: string): boolean {
  const names = ["require", "module", "exports", "__filename", "__dirname"];
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- compiled only
    return Boolean(new Function(...names, text));
  } catch {
    return false;
  }
}
