import { basename, join } from "node:path";
import { build } from "esbuild";

const directory = import.meta.dirname;
const sources = join(directory, "src/bare");

/**
 * The boot program as the first script of Bare. It is small because it takes that script's room in the
 * executable, and is compiled anew at each start. `entry` is a file of this package.
 */
export function bundleForBare(entry, outfile, format) {
  return build({
    entryPoints: [entry],
    absWorkingDir: directory,
    outfile,
    bundle: true,
    platform: "neutral",
    mainFields: ["module", "main"],
    format,
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
