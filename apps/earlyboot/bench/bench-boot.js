// What boots cost, beside others: `pnpm bench:boot [OPTIONS]`; see docs/performance.md.
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readImage } from "@earlyboot/initrd-image";
import { makeScratchRoot, parseScratchFacts, scratchInit } from "../dist/index.js";
import { cacheDirectory } from "../dist/cache-directory.js";
import { contenders, directoryFor, givenImage } from "./contenders.js";
import { checkBudgets } from "./budgets.js";
import { leastMemory, longest, measureBoot } from "./measure-boot.js";
import { compressors } from "./peers.js";

const usage = `Usage: pnpm bench:boot [OPTIONS]

  --runs N           boots of each image, in turns (default 3); the table shows medians
  --only WORDS       only images whose name contains one of these, separated by commas
  --wall             the host's own time and two processors, instead of counted instructions
  --both             one table of each
  --compression ALG  lz4 (default) or zstd, for every image that has none of its own
  --no-memory        do not look for the least memory that boots
  --image NAME=FILE  a further image, that is there already
`;

const { values } = parseArgs({
  allowNegative: true,
  options: {
    both: { type: "boolean", default: false },
    compression: { type: "string", default: "lz4" },
    help: { type: "boolean", default: false },
    image: { type: "string", multiple: true, default: [] },
    memory: { type: "boolean", default: true },
    only: { type: "string", default: "" },
    runs: { type: "string", default: "3" },
    wall: { type: "boolean", default: false },
  },
});
if (values.help || compressors[values.compression] === undefined || !(Number(values.runs) > 0)) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}

const rootUuid = "3e1f6b5a-9f0e-4c57-8a43-6a5d4c1b2e90";
const kernel = findKernel();
const directory = mkdtempSync(join(tmpdir(), "earlyboot-bench-"));
try {
  await compare();
} finally {
  rmSync(directory, { recursive: true });
}

function findKernel() {
  const tree = join(cacheDirectory(), "kernels/cloud-amd64");
  if (!existsSync(join(tree, "boot"))) {
    console.error(`There is no kernel in ${tree}: "npm run bench:boot" fetches it.`);
    process.exit(1);
  }
  const [version] = readdirSync(join(tree, "lib/modules"));
  const modules = join(tree, "lib/modules", version);
  return { tree, version, modules, file: join(tree, "boot", `vmlinuz-${version}`) };
}

/** Boots every image once in each round, so that what the host does meanwhile touches all alike. */
async function compare() {
  const root = join(directory, "root.ext4");
  await makeScratchRoot({ file: root, label: "root", uuid: rootUuid, init: timingInit() });
  const images = await makeImages();
  const clocks = values.both ? ["counted", "wall"] : [values.wall ? "wall" : "counted"];
  for (let run = 1; run <= Number(values.runs); run++) {
    for (const clock of clocks) {
      for (const image of images) {
        say(`boot ${run} of ${values.runs}, ${clock}: ${image.name}`);
        const how = { wall: clock === "wall", memory: 1024, patience: longest };
        image.boots[clock].push(await boot(image, root, how));
      }
    }
  }
  if (values.memory) {
    for (const image of images) {
      say(`least memory: ${image.name}`);
      image.memory = await leastMemory((how) => boot(image, root, { wall: true, ...how }));
    }
  }
  for (const clock of clocks) tellResults(images, clock);
}

/** The table of one clock, the stages of the first image of earlyboot, and the budgets. */
function tellResults(images, clock) {
  const rows = images.flatMap((image) => rowsOf(image, image.boots[clock]));
  console.log(heading(clock));
  console.log(table(rows.map(({ name, figures }) => ({ image: name, ...shown(figures) }))));
  tellStages(
    images.find(({ name }) => name.startsWith("earlyboot")),
    clock,
  );
  for (const line of checkBudgets(rows, { clock, ...values })) console.log(line);
}

async function makeImages() {
  const asked = values.only.split(",");
  const wanted = contenders.filter(({ name }) => asked.some((word) => name.includes(word)));
  const images = [];
  for (const contender of [...wanted, ...values.image.map(givenImage)]) {
    const image = await makeImage(contender);
    if (image) images.push(image);
  }
  return images;
}

/** The image of a contender; one that cannot be made is left out, and is told of. */
async function makeImage({ name, make, given, missing, root, marks, compression }) {
  const own = directoryFor(directory, name);
  const file = given ?? join(own, "image");
  if (missing) return say(`left out: ${name}: ${missing}`);
  const start = performance.now();
  try {
    if (make) say(`making the image: ${name}`);
    await make?.({ directory: own, kernel, compression: compression ?? values.compression, file });
  } catch (error) {
    return say(`left out: ${name}: ${error.stderr || error.message}`);
  }
  const built = make && (performance.now() - start) / 1000;
  const { segments } = await readImage(file);
  return {
    name,
    file,
    built,
    directory: own,
    compression: segments.at(-1).compression,
    unpacked: segments.reduce((sum, { unpackedSize }) => sum + unpackedSize, 0),
    rootWord: root === "uuid" ? `UUID=${rootUuid}` : "LABEL=root",
    marks: marks ?? { [name]: "real-init-runs" },
    boots: { counted: [], wall: [] },
  };
}

function boot(image, root, how) {
  return measureBoot({
    directory: image.directory,
    kernel,
    image: image.file,
    root,
    rootWord: image.rootWord,
    marks: Object.values(image.marks),
    ...how,
  });
}

/** The scratch root's init, which first says in the kernel's log that it runs. */
function timingInit() {
  const mark = 'echo "<6>real-init-runs" > /dev/kmsg\n';
  const tell = '/bin/busybox dmesg | /bin/busybox grep -E "Run /init|real-init-runs"\n';
  return scratchInit
    .replace("sh\n", `sh\n${mark}`)
    .replace("exec > $facts\n", `exec > $facts\n${tell}`);
}

function rowsOf({ name, file, built, compression, unpacked, memory, marks }, boots) {
  return Object.keys(marks).map((row, index) => {
    const reached = boots.filter((one) => one.marks[index] !== undefined);
    const init = reached.map((one) => one.marks[index] - one.reached);
    return {
      name: row,
      image: name,
      figures: {
        reached: median(reached.map((one) => one.reached)),
        init: median(init),
        spread: (Math.max(...init) - Math.min(...init)) / median(init),
        total: median(reached.map((one) => one.marks[index])),
        failed: boots.length - reached.length,
        size: statSync(file).size,
        compression,
        unpacked,
        memory,
        built,
      },
    };
  });
}

function median(numbers) {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1];
}

function shown(figures) {
  const { memory, failed } = figures;
  return {
    "kernel → /init, s": seconds(figures.reached),
    "/init → real init, s": seconds(figures.init),
    spread: percent(figures.spread),
    "total, s": seconds(figures.total),
    ...(failed > 0 ? { "did not boot": failed } : {}),
    "image, MiB": mebibytes(figures.size),
    "unpacked, MiB": mebibytes(figures.unpacked),
    "boots / fails, MiB": memory === undefined ? "" : `${memory.boots} / ${memory.fails}`,
    "build, s": figures.built?.toFixed(1) ?? "",
    compression: figures.compression,
  };
}

function seconds(value) {
  return value?.toFixed(3) ?? "not reached";
}

function percent(part) {
  return Number.isFinite(part) ? `${(part * 100).toFixed(0)} %` : "";
}

function mebibytes(bytes) {
  return (bytes / 2 ** 20).toFixed(1);
}

function heading(kind) {
  const clock =
    kind === "wall"
      ? "the host's time, two processors"
      : "counted instructions, 10⁹ to the second, one processor";
  return `\nLinux ${kernel.version}, QEMU without KVM, 1024 MiB, ext4 on virtio; ${clock}; medians of ${values.runs}.`;
}

/** Where earlyboot's own time went, by its report of the last boot. */
function tellStages(image, clock) {
  const last = image?.boots[clock].at(-1);
  const report = last && parseScratchFacts(last.text)?.report;
  if (!report) return;
  const [reached, inInit] = [last.reached * 1000, last.marks[0] * 1000];
  const { started, stages } = report;
  const ended = stages.at(-1).start + stages.at(-1).duration;
  console.log(`\nThe last boot of ${image.name} (${clock}), ms after the kernel's start:`);
  console.log(
    table([
      stageRow("(the host starts)", reached, started - reached),
      stageRow("(before the stages)", started, stages[0].start - started),
      ...stages.map(({ name, start, duration, note }) => stageRow(name, start, duration, note)),
      stageRow("(the init starts)", ended, inInit - ended),
    ]),
  );
}

function stageRow(stage, start, milliseconds, note = "") {
  return {
    stage,
    start: start.toFixed(0),
    ms: milliseconds.toFixed(1),
    note: note.slice(0, 60),
  };
}

/** Rows of texts as a table in Markdown: it can be read as it is, and put into a document. */
function table(rows) {
  const columns = Object.keys(Object.assign({}, ...rows));
  const widths = columns.map((name) =>
    Math.max(name.length, ...rows.map((row) => String(row[name] ?? "").length)),
  );
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |`;
  return [
    line(columns),
    line(widths.map((width) => "-".repeat(width))),
    ...rows.map((row) => line(columns.map((name) => String(row[name] ?? "")))),
  ].join("\n");
}

function say(text) {
  console.error(`bench: ${text}`);
}
