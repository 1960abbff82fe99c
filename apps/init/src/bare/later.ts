// What a plain boot does not use: a script of its own, so that no boot has to read past it.
export { default as inspect } from "bare-inspect";
export { gunzipSync } from "fflate";
export { decompress as unzstd } from "fzstd";
export { passwordFits } from "./passwords.ts";
export { runRepl } from "./repl.ts";
