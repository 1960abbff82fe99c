// How long images take to be built, and how large they are, beside others: `pnpm bench:build`; see
// docs/performance.md.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildInitrd } from "../dist/build/build-initrd.js";
import { cacheDirectory } from "../dist/cache-directory.js";
import { limit } from "./budgets.js";
import { directoryFor } from "./contenders.js";
import { compressors, makeDracut, makeInitramfs, makeTiny, whyNot } from "./peers.js";

const usage = `Usage: pnpm bench:build [OPTIONS]

  --compression ALG  lz4 or zstd; default both, one after the other
`;

const { values } = parseArgs({
  options: { compression: { type: "string" }, help: { type: "boolean", default: false } },
});
const compressions = values.compression === undefined ? ["lz4", "zstd"] : [values.compression];
if (values.help || compressions.some((name) => compressors[name] === undefined)) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}

const kernel = findKernel();
const directory = mkdtempSync(join(tmpdir(), "earlyboot-bench-"));
try {
  const rows = [];
  for (const compression of compressions) rows.push(...(await buildAll(compression)));
  console.log(`\nImages for Linux ${kernel.version} with its drivers of virtio, or with all.`);
  console.table(Object.fromEntries(rows.map((row) => [row.name, shown(row)])));
  for (const line of budgetLines(rows)) console.log(line);
} finally {
  rmSync(directory, { recursive: true });
}

function findKernel() {
  const tree = join(cacheDirectory(), "kernels/cloud-amd64");
  if (!existsSync(join(tree, "boot"))) {
    console.error(`There is no kernel in ${tree}: "npm run bench:build" fetches it.`);
    process.exit(1);
  }
  const [version] = readdirSync(join(tree, "lib/modules"));
  return { tree, version, modules: join(tree, "lib/modules", version) };
}

/** One after another: each has the machine for itself. */
async function buildAll(compression) {
  const cache = join(directory, `parts-${compression}`);
  const makers = [
    ["earlyboot, first", (file) => makeOwn("guest", compression, cache, file)],
    ["earlyboot, again", (file) => makeOwn("guest", compression, cache, file)],
    ["earlyboot generic, again", (file) => makeOwn("generic", compression, cache, file)],
    ...[
      [
        "initramfs-tools, dep",
        "mkinitramfs",
        (options) => makeInitramfs({ ...options, modules: "dep" }),
      ],
      [
        "initramfs-tools, most",
        "mkinitramfs",
        (options) => makeInitramfs({ ...options, modules: "most" }),
      ],
      ["dracut", "dracut", (options) => makeDracut({ ...options, systemd: false })],
      ["dracut with systemd", "dracut", (options) => makeDracut({ ...options, systemd: true })],
      ["tiny-initramfs", "mktirfs", makeTiny],
    ].flatMap(([name, program, make]) => peer(name, program, make, compression)),
  ];
  const rows = [];
  for (const [name, make] of makers) rows.push(await measure(`${name}, ${compression}`, make));
  return rows.filter((row) => row !== undefined);
}

function makeOwn(modules, compression, cache, file) {
  const request = {
    architecture: "x64",
    kernelVersion: kernel.version,
    modulesDirectory: kernel.modules,
    modules,
    fileSystems: ["ext4"],
  };
  return buildInitrd(request, { output: file, compression, cache });
}

function peer(name, program, make, compression) {
  const why = whyNot(program);
  if (why !== undefined) {
    console.error(`bench: left out: ${name}: ${why}`);
    return [];
  }
  const own = (file) =>
    make({
      directory: directoryFor(directory, `${name} ${compression}`),
      kernel,
      compression,
      file,
    });
  return [[name, own]];
}

async function measure(name, make) {
  console.error(`bench: ${name}`);
  const file = join(directory, "image");
  const [start, before] = [performance.now(), processorSeconds()];
  try {
    await make(file);
  } catch (error) {
    console.error(`bench: left out: ${name}: ${error.stderr || error.message}`);
    return undefined;
  }
  const seconds = (performance.now() - start) / 1000;
  return { name, seconds, processor: processorSeconds() - before, size: statSync(file).size };
}

/** What this process and the children that it waited for have used; see proc_pid_stat(5). */
function processorSeconds() {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ");
  // utime, stime, cutime, cstime: numbers 14 to 17, in ticks of 10 ms.
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / 100;
}

function shown({ seconds, processor, size }) {
  return {
    "build, s": seconds.toFixed(1),
    "of processors, s": processor.toFixed(1),
    "image, MB": (size / 1e6).toFixed(1),
  };
}

function budgetLines(rows) {
  const row = (name) => rows.find((one) => one.name === name);
  const [lz4, zstd] = [row("earlyboot, again, lz4"), row("earlyboot, again, zstd")];
  return [
    ...(lz4 ? [timeLimit("lz4", lz4, 4)] : []),
    ...(zstd
      ? [
          timeLimit("zstd", zstd, 15),
          limit("the image for a virtio machine with zstd", zstd.size / 1e6, 34, "MB"),
        ]
      : []),
  ];
}

/** On a busy machine the time of processors says more. */
function timeLimit(compression, { seconds, processor }, most) {
  const what = `a build with ${compression} on a warm machine, ${processor.toFixed(1)} s of processors`;
  return limit(what, seconds, most, "s");
}
