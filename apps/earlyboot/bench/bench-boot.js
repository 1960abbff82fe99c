// How long boots take: `pnpm bench:boot [--runs N] [--wall] [--image NAME=FILE]…`. See docs/performance.md.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildInitrd } from "../dist/build/build-initrd.js";
import { makeScratchRoot, scratchInit } from "../dist/index.js";
import { cacheDirectory } from "../dist/cache-directory.js";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    wall: { type: "boolean", default: false },
    image: { type: "string", multiple: true, default: [] },
  },
});

const kernels = join(cacheDirectory(), "kernels/cloud-amd64");
if (!existsSync(join(kernels, "boot"))) {
  console.error(`There is no kernel in ${kernels}: run "npm test" once, which fetches it.`);
  process.exit(1);
}
const version = readdirSync(join(kernels, "lib/modules"))[0];
const directory = mkdtempSync(join(tmpdir(), "earlyboot-bench-"));
try {
  await compare();
} finally {
  rmSync(directory, { recursive: true });
}

/** Boots every image once in each round, so that what the host does meanwhile touches all alike. */
async function compare() {
  const root = join(directory, "root.ext4");
  await makeScratchRoot({ file: root, label: "root", init: timingInit() });
  const images = [await buildOwn(), ...values.image.map(parseImage)];
  for (let run = 0; run < Number(values.runs); run++) {
    for (const image of images) image.boots.push(await boot(image.file, root));
  }
  console.table(images.map(rowOf));
}

/** The scratch root's init, which first says in the kernel's log that it runs. */
function timingInit() {
  const mark = 'echo "<6>real-init-runs" > /dev/kmsg\n';
  const tell = '/bin/busybox dmesg | /bin/busybox grep -E "Run /init|real-init-runs"\n';
  return scratchInit
    .replace("sh\n", `sh\n${mark}`)
    .replace("exec > $facts\n", `exec > $facts\n${tell}`);
}

async function buildOwn() {
  const file = join(directory, "earlyboot.img");
  const request = {
    architecture: "x64",
    kernelVersion: version,
    modulesDirectory: join(kernels, "lib/modules", version),
    modules: "guest",
    fileSystems: ["ext4"],
  };
  const { seconds } = await buildInitrd(request, { output: file, compression: "lz4" });
  return { name: "earlyboot", file, boots: [], built: seconds };
}

function parseImage(text) {
  const [name, file] = text.split("=");
  return { name, file, boots: [] };
}

async function boot(image, root) {
  const facts = join(directory, "facts");
  const kernel = join(kernels, "boot", `vmlinuz-${version}`);
  const usual = "-M q35 -accel tcg -cpu max -m 1024 -nodefaults -nographic -no-reboot -serial null";
  const processors = values.wall ? "-smp 2" : "-smp 1 -icount shift=0,sleep=off";
  const commandLine =
    "console=ttyS0 panic=-1 tsc=reliable root=LABEL=root fsck.mode=skip quiet" +
    (values.wall ? "" : " idle=poll");
  const places = {
    "-serial": `file:${facts}`,
    "-kernel": kernel,
    "-initrd": image,
    "-drive": `file=${root},format=raw,if=virtio,snapshot=on`,
    "-append": commandLine,
  };
  const words = [...`${usual} ${processors}`.split(" "), ...Object.entries(places).flat()];
  const qemu = spawn("qemu-system-x86_64", words, { stdio: ["ignore", "ignore", "inherit"] });
  await new Promise((resolve) => qemu.once("exit", resolve));
  return timesIn(readFileSync(facts, "utf8"));
}

function timesIn(facts) {
  const at = (words) => Number(new RegExp(`\\[ *([\\d.]+)\\][^\\n]*${words}`).exec(facts)?.[1]);
  return { reached: at("Run /init"), total: at("real-init-runs") };
}

function rowOf({ name, file, boots, built }) {
  const median = (pick) => {
    const sorted = boots.map(pick).toSorted((a, b) => a - b);
    return sorted[sorted.length >> 1].toFixed(3);
  };
  return {
    image: name,
    "kernel → /init, s": median(({ reached }) => reached),
    "/init → real init, s": median(({ reached, total }) => total - reached),
    "total, s": median(({ total }) => total),
    bytes: statSync(file).size,
    "build, s": built?.toFixed(1) ?? "",
  };
}
