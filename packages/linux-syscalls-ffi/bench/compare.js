/**
 * What the adapter costs, beside koffi and node:ffi: `pnpm --filter @earlyboot/linux-syscalls-ffi bench`.
 * Numbers of one machine at one time: compare rows, not runs.
 */
import { buildSync } from "esbuild";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const require = createRequire(import.meta.url);
const place = (name) => new URL(name, import.meta.url).pathname;
const addon = require.resolve(`@yuuang/ffi-rs-linux-${process.arch}-gnu`);
const koffi = require.resolve("koffi");
const koffiAddon = createRequire(koffi).resolve(`@koromix/koffi-linux-${process.arch}`);
const directory = mkdtempSync(join(tmpdir(), "bench-"));
const nodes = [process.execPath, fetchNode("22"), fetchNode("26")].filter(Boolean);

/** Loaded before a script: when that ends, prints what it took. */
const probeSource = `
const before = process.cpuUsage();
const start = process.hrtime.bigint();
process.on("exit", () => {
  const wall = Number(process.hrtime.bigint() - start) / 1e6;
  const { user, system } = process.cpuUsage(before);
  require("node:fs").writeSync(1, wall + " " + (user + system) / 1000);
});
`;

try {
  printSizes();
  for (const node of nodes) printLoad(node);
  for (const node of nodes) printCalls(node);
  printUevents();
} finally {
  rmSync(directory, { recursive: true });
}

function printSizes() {
  print("\nsize of what is loaded");
  for (const file of [addon, join(koffiAddon, "..", "linux_x64", "koffi.node"), koffiAddon]) {
    try {
      if (file.endsWith(".node")) row(basename(file), `${statSync(file).size} bytes`);
    } catch {
      // koffi keeps its file elsewhere on this kind of machine.
    }
  }
}

/** What a script takes that loads something and makes one call, from its beginning to its end. */
function printLoad(node) {
  print(`\nstart-up on Node ${versionOf(node)}, beyond Node's own: ms of wall time and of CPU`);
  const bundle = bundleAdapter();
  const scripts = {
    "an empty script": write("bare.cjs", ""),
    "an empty module": write("bare.mjs", ""),
    "adapter, bundled": bundle,
    "adapter, by import": write(
      "modules.mjs",
      `import { openLinux } from ${JSON.stringify(place("../dist/index.js"))}; openLinux().statfs("/");`,
    ),
    "koffi, by require": write(
      "koffi.cjs",
      `require(${JSON.stringify(koffi)}).load(null).func("int getpid()")();`,
    ),
    ...(hasNodeFfi(node) && {
      "node:ffi": write(
        "node-ffi.cjs",
        `require("node:ffi").dlopen(null).lib.getFunction("getpid", { return: "int32", arguments: [] })();`,
      ),
    }),
  };
  const runs = measureAlternately(node, scripts, 31);
  for (const [name, { wall, cpu }] of Object.entries(runs)) {
    row(name, `${wall.toFixed(1)} wall, ${cpu.toFixed(1)} CPU`);
  }
}

/** The best of runs that take turns: what is slower was disturbed by what else the machine does. */
function measureAlternately(node, scripts, times) {
  const samples = Object.fromEntries(Object.keys(scripts).map((name) => [name, []]));
  const probe = write("probe.cjs", probeSource);
  for (let i = 0; i < times; i++) {
    for (const [name, script] of Object.entries(scripts)) {
      const [wall, cpu] = run(node, ["--require", probe, script]).split(" ").map(Number);
      samples[name].push({ wall, cpu });
    }
  }
  return Object.fromEntries(
    Object.entries(samples).map(([name, list]) => [
      name,
      {
        wall: Math.min(...list.map(({ wall }) => wall)),
        cpu: Math.min(...list.map(({ cpu }) => cpu)),
      },
    ]),
  );
}

function printCalls(node) {
  print(`\nµs per call on Node ${versionOf(node)}`);
  const backends = ["ffi-rs", "koffi", ...(hasNodeFfi(node) ? ["node:ffi"] : [])];
  const results = backends.map((name) => JSON.parse(run(node, [place("calls.js"), name])));
  row("", backends.map((name) => name.padStart(10)).join(""));
  for (const call of Object.keys(results[0])) {
    row(call, results.map((result) => (result[call]?.toFixed(2) ?? "").padStart(10)).join(""));
  }
}

/** Ways to hear of a uevent; only root can cause one here. */
function printUevents() {
  print("\nuevents: ms from the cause to the news, and CPU ms of ten idle seconds");
  if (process.getuid() !== 0) return row("skipped", "needs root");
  for (const way of ["signal", "thread", "timer"]) {
    const { latency, idle } = JSON.parse(run(process.execPath, [place("uevents.js"), way]));
    row(way, `${latency.toFixed(2)} ms, ${idle.toFixed(1)} ms`);
  }
}

function bundleAdapter() {
  const outfile = join(directory, "bundle.cjs");
  const contents = `import { openLinux } from ${JSON.stringify(place("../dist/index.js"))}; openLinux().statfs("/");`;
  const stdin = { contents, resolveDir: directory };
  const define = { "import.meta.dirname": "__dirname" };
  buildSync({
    stdin,
    outfile,
    define,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
  });
  copyFileSync(addon, join(directory, basename(addon)));
  return outfile;
}

function write(name, text) {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

function run(node, args) {
  const { NODE_OPTIONS: _, ...environment } = process.env;
  const env = { ...environment, NODE_NO_WARNINGS: "1" };
  const { status, stdout, stderr } = spawnSync(node, args, { encoding: "utf8", env });
  if (status !== 0 && stdout === "") throw new Error(`${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

function versionOf(node) {
  return run(node, ["-p", "process.versions.node"]);
}

function hasNodeFfi(node) {
  return run(node, ["-p", "process.getBuiltinModule('node:ffi') !== undefined"]) === "true";
}

function fetchNode(version) {
  const name = `node-linux-${process.arch}@${version}`;
  const args = ["--yes", "--prefer-offline", "-p", name, "-c", "node -p process.execPath"];
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { status, stdout } = spawnSync("npx", args, { encoding: "utf8", env });
  if (status === 0) return stdout.trim();
  print(`Node ${version}: skipped, npx could not fetch it`);
  return undefined;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}

function row(name, value) {
  print(`  ${name.padEnd(28)}${value}`);
}
