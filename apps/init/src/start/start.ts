import { readFileSync } from "node:fs";
import { cacheName } from "./cache-name.ts";
import { compileBundle } from "./compile-bundle.ts";

/**
 * Starts the boot program with the code that V8 compiled when this package was built. Without a cache
 * for this Node it is compiled now, as ever.
 */
const bundle = `${__dirname}/init.cjs`;

compileBundle(bundle, bundle, readCache()).run().start();

function readCache(): Buffer | undefined {
  try {
    return readFileSync(`${__dirname}/${cacheName}`);
  } catch {
    return undefined;
  }
}
