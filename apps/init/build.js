import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { build } from "esbuild";
import { bundleForBare } from "./bundle-for-bare.js";

const require = createRequire(import.meta.url);
const [dist = "dist"] = process.argv.slice(2);

const forNode = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node24",
  external: ["*.node"],
  define: { "import.meta.dirname": "__dirname" },
};

/** The files of initrd-init that only a boot in trouble uses, and the one function of each. */
const later = { "fail-boot": "failBoot", "open-repl": "openRepl" };

// One CommonJS file, which Node starts quickest and which needs no node_modules in the image.
await bundle("src/main.ts", join(dist, "init.cjs"), [loadLater(await bundleLater())]);
// Starts that file with the code cache beside it.
await bundle("src/start/start.ts", join(dist, "start.cjs"));
await makeCache();
// The same for Bare.
await bundleForBare("src/bare/main.ts", join(dist, "init.bare.cjs"), "function");
await bundleForBare("src/bare/start.ts", join(dist, "start.bare.cjs"), "iife");
await bundleForBare("src/bare/later.ts", join(dist, "later.bare.cjs"), "cjs");
await bundleUnxz(join(dist, "unxz.cjs"));
copyNativeFiles();
await makeCacheForBare();

async function makeCache() {
  const maker = join(dist, "make-cache.cjs");
  await bundle("src/start/make-cache.ts", maker);
  // V8 takes no cache that was made with other flags than it runs with.
  const flags = JSON.parse(readFileSync("node-flags.json", "utf8"));
  // V8 salts its hashes by chance, and keeps them in the cache; from a given seed the bytes are always the same.
  const words = ["--random-seed=1", ...flags, maker];
  execFileSync(process.execPath, words, { stdio: "inherit", env: {} });
  rmSync(maker);
}

function bundle(entry, outfile, plugins = []) {
  return build({ ...forNode, entryPoints: [entry], outfile, plugins });
}

/**
 * What a boot that goes well does not use: the REPL and the failure policy, with whole packages in their
 * scope. Bundled by itself, with what it shares with the boot a second time.
 */
async function bundleLater() {
  const home = dirname(require.resolve("@earlyboot/initrd-init"));
  const lines = Object.entries(later).map(
    ([file, name]) => `export { ${name} } from "./${file}.js";`,
  );
  const stdin = { contents: lines.join("\n"), resolveDir: home };
  const { outputFiles } = await build({ ...forNode, stdin, write: false });
  return outputFiles[0].text;
}

/**
 * Puts that bundle into the other one as a function that runs when something of it is called first: a file
 * of its own would be gone after the switch.
 */
function loadLater(code) {
  return {
    name: "later",
    setup({ onLoad, onResolve }) {
      onLoad({ filter: /initrd-init\/dist\/(fail-boot|open-repl)\.js$/ }, ({ path }) => {
        const name = later[basename(path, ".js")];
        return {
          contents: `export const ${name} = (...words) => require("later").${name}(...words);`,
        };
      });
      onResolve({ filter: /^later$/ }, ({ path }) => ({ path, namespace: "later" }));
      onLoad({ filter: /.*/, namespace: "later" }, () => ({ contents: code }));
    },
  };
}

/** For every host, and without what only some of them have. */
function bundleUnxz(outfile) {
  return build({
    entryPoints: ["src/unxz/unxz.ts"],
    outfile,
    bundle: true,
    platform: "neutral",
    mainFields: ["main"],
    format: "cjs",
    target: "es2024",
    minify: true,
    alias: { "stream/web": "./src/unxz/stream-web.ts" },
    define: { "globalThis.ReadableStream": "undefined" },
  });
}

/** Bare is for x64 only; without it, as on other machines, an image has no cache, and Bare compiles at each start. */
async function makeCacheForBare() {
  const bare = bareExecutable();
  if (bare === undefined) {
    console.log("no code cache for Bare: bare-runtime-linux-x64 is not installed here");
    return;
  }
  rmSync(join(dist, "init.bare.cache"), { force: true });
  // Outside of this package: Bare would read its package.json, and the names in there would leave traces in the cache.
  const workshop = mkdtempSync(join(tmpdir(), "earlyboot-"));
  const maker = join(workshop, "make-cache.cjs");
  const scratch = join(workshop, "scratch");
  mkdirSync(scratch);
  await bundleForBare("src/bare/make-cache.ts", maker, "cjs");
  const adapter = createRequire(require.resolve("@earlyboot/linux-syscalls-ffi"));
  const ffiRs = adapter.resolve("@yuuang/ffi-rs-linux-x64-gnu");
  // The names of the native parts, with their versions, stand in Bare's own first script.
  const parts = readFileSync(bare, "latin1").match(/(?<=builtin:)bare-[a-z-]+@[\d.]+/g) ?? [];
  const words = [maker, resolve(dist), scratch, ffiRs, ...new Set(parts)];
  execFileSync(bare, words, { stdio: "inherit", env: {} });
  rmSync(workshop, { recursive: true });
}

function bareExecutable() {
  try {
    return join(dirname(require.resolve("bare-runtime-linux-x64/package")), "bin/bare");
  } catch {
    return undefined;
  }
}

/** The native part of `bare-fs`, which is not in Bare's executable, and that of our own. */
function copyNativeFiles() {
  const home = dirname(require.resolve("bare-fs/package"));
  for (const architecture of ["arm64", "x64"]) {
    const from = join(home, `prebuilds/linux-${architecture}/bare-fs.bare`);
    cpSync(from, join(dist, `bare-fs-${architecture}.bare`));
  }
  cpSync("native/code-cache-x64.bare", join(dist, "code-cache-x64.bare"));
}

// The same packages as files, for boot programs that import them (`runtimeInNewRoot`).
const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
const seen = new Set();
for (const name of Object.keys(devDependencies)) copyPackage(name, require);

function copyPackage(name, from) {
  if (seen.has(name) || !name.startsWith("@earlyboot/") || isTooling(name)) return;
  seen.add(name);
  const manifest = from.resolve(`${name}/package.json`);
  const target = join(dist, "runtime/node_modules", name);
  cpSync(join(dirname(manifest), "dist"), join(target, "dist"), {
    recursive: true,
    filter: (file) => !/\.(map|ts|cts)$/.test(file),
  });
  const { version, type, exports, dependencies = {} } = JSON.parse(readFileSync(manifest, "utf8"));
  writeFileSync(
    join(target, "package.json"),
    JSON.stringify({ name, version, type, exports, dependencies }),
  );
  for (const dependency of Object.keys(dependencies))
    copyPackage(dependency, createRequire(manifest));
}

function isTooling(name) {
  return ["@earlyboot/jest", "@earlyboot/tsconfig"].includes(name);
}
