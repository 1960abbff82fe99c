import type { CodeCache } from "./code-cache.ts";
import type * as main from "./main.ts";
import { core } from "./core.ts";

/** What the boot program exports. */
type Bundle = typeof main;

/**
 * Runs the boot program in `directory`, with its code cache where that is there. A boot is over before it pays that
 * V8 optimises what runs often. V8 takes a cache only with the flags that it was made with.
 */
export function runBundle(codeCache: CodeCache, directory: string): Bundle {
  codeCache.setFlags("--no-maglev --no-turbofan");
  const module: { readonly exports: object } = { exports: {} };
  const script = codeCache.runScript(`${directory}/init.bare.cjs`, `${directory}/init.bare.cache`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- so it is built
  (script as (bare: typeof core, module: object) => void)(core, module);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- so it is built
  return module.exports as Bundle;
}
