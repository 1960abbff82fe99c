import { codeCachePath } from "../addon-path.ts";
import { loadCodeCache } from "./code-cache.ts";
import { runBundle } from "./run-bundle.ts";

// What Bare runs first: the boot program, with the code that V8 compiled when this package was built.
runBundle(loadCodeCache(codeCachePath), "/lib/earlyboot").start();
