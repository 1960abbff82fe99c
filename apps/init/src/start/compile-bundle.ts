import { readFileSync } from "node:fs";
import { Script, constants } from "node:vm";
import type * as main from "../main.ts";

/** What the bundle exports. */
type Bundle = typeof main;

/** The bundle as a script that has not run. */
export interface CompiledBundle {
  readonly script: Script;
  /** Runs it as Node would run a module. */
  readonly run: () => Bundle;
}

/**
 * Compiles the bundle `file`, which an image holds at `path`, with what an earlier run compiled, if that
 * is there. V8 takes a cache only for the very source, version and flags that it was made with.
 */
export function compileBundle(file: string, path: string, cachedData?: Buffer): CompiledBundle {
  // It is ASCII, so its bytes are its characters.
  const code = readFileSync(file, "latin1");
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname) {${code}\n})`,
    {
      filename: path,
      cachedData,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    },
  );
  return { script, run: () => runScript(script, path) };
}

function runScript(script: Script, path: string): Bundle {
  const module: { exports: object } = { exports: {} };
  const directory = path.slice(0, path.lastIndexOf("/"));
  script.runInThisContext()(module.exports, require, module, path, directory);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is built from that file
  return module.exports as Bundle;
}
