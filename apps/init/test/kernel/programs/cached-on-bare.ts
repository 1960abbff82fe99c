// oxlint-disable-next-line import/no-unassigned-import -- the globals must be there before all else
import "../../../src/bare/install-globals.ts";
import { writeAll } from "../../../src/bare/console.ts";
import { loadCodeCache } from "../../../src/bare/code-cache.ts";
import { core } from "../../../src/bare/core.ts";
import { runBundle } from "../../../src/bare/run-bundle.ts";
import { codeCachePath } from "../../../src/addon-path.ts";

// Runs the boot program in the directory that its argument names up to its start, and prints whether V8 has taken its
// code cache; or what it throws.

Object.assign(core, { onexit: () => undefined, onbeforeexit: () => undefined });

core.load = () => {
  const [, directory = ""] = core.argv;
  const codeCache = loadCodeCache(codeCachePath);
  try {
    const { start } = runBundle(codeCache, directory);
    writeAll(1, `${typeof start}, cached: ${codeCache.isCached()}`);
  } catch (error) {
    writeAll(1, String(error));
  }
};
