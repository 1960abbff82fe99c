import { loadAddon } from "./core.ts";

/** The native addon of `native/code-cache.c`. */
export interface CodeCache {
  /** The value of the script in the file `text`, with what V8 compiled of it earlier, if the file `cache` has that. */
  runScript(text: string, cache: string): unknown;
  /** Whether V8 has taken that. */
  isCached(): boolean;
  /** What V8 has compiled of the script by now. */
  codeCache(): ArrayBuffer;
  /** Sets flags of V8, as on a command line. */
  setFlags(words: string): void;
}

/** Loads the addon from an absolute path; once it is loaded, its file may be gone. */
export function loadCodeCache(path: string): CodeCache {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is built from that file
  return loadAddon(path) as CodeCache;
}
