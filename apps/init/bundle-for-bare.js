import { basename, join } from "node:path";
import { build } from "esbuild";

const directory = import.meta.dirname;
const sources = join(directory, "src/bare");

/**
 * A script for Bare, as small as can be. `entry` is a file of this package. The format `function` is a script whose
 * value is a function of Bare's core and of a CommonJS module.
 */
export function bundleForBare(entry, outfile, format) {
  const wrapped = format === "function";
  return build({
    entryPoints: [entry],
    absWorkingDir: directory,
    outfile,
    bundle: true,
    platform: "neutral",
    mainFields: ["module", "main"],
    format: wrapped ? "cjs" : format,
    ...(wrapped ? { banner: { js: "(function (bare, module) {" }, footer: { js: "})" } } : {}),
    target: "es2024",
    charset: "ascii",
    minify: true,
    define: { "import.meta.dirname": '"/lib/earlyboot"' },
    plugins: [{ name: "bare", setup: partsOfBare }],
  });
}

/** `node:fs` and its like are small modules of our own; a module's native part is in Bare's executable. */
function partsOfBare({ onLoad, onResolve }) {
  onResolve({ filter: /^node:/ }, ({ path }) => ({
    path: join(sources, `${path.replaceAll(/[:/]/g, "-")}.ts`),
  }));
  onResolve({ filter: /\/binding$/ }, ({ resolveDir }) => ({
    path: basename(resolveDir.replace(/\/lib$/, "")),
    namespace: "native",
  }));
  onLoad({ filter: /./, namespace: "native" }, ({ path }) => ({
    contents: `module.exports = require("./core.ts").nativePart("${path}");`,
    resolveDir: sources,
  }));
}
