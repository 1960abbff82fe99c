/**
 * A fuzzer that is guided by coverage: it changes the recorded images at random, keeps what makes code run
 * that nothing before it made run, and changes that further. V8 itself counts the coverage, through the
 * inspector of Node.
 *
 * `pnpm fuzz [SECONDS [SEED]]`: default 60 seconds. An input that makes the code throw anything but a
 * declared error, read outside of the device or beyond the limit, or take longer than 50 ms, is written to
 * `fuzz-failure.json`, and the status is 1.
 */
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { identify, readPartitionTable } from "@earlyboot/block-devices";
import { overlay, patch } from "./mutations.ts";
import { readRecordedImages, sourceOf, unpack, type SparseImage } from "./recorded-images.ts";

const [seconds = 60, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number);
const mostBytes = 2 * 1024 * 1024;
const mostMilliseconds = 50;

/** Numbers at random, the same for the same seed (xorshift). */
function randomFrom(start: number): (below: number) => number {
  let state = start | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const random = randomFrom(seed);

/** One of a list. */
function pick<Item>(items: readonly Item[]): Item {
  const item = items[random(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

const nastyBytes = [0, 1, 2, 4, 0x10, 0x7f, 0x80, 0xfe, 0xff];
const nastySizes = [
  0,
  512,
  1025,
  4096,
  8192,
  0x8800,
  0x10000,
  0x11000,
  2 ** 20,
  2 ** 26,
  2 ** 40,
  2 ** 53 - 1,
];

/** A neighbour of an image: other bytes, another size, or a second image over it. */
function mutate(base: SparseImage, corpus: readonly SparseImage[]): SparseImage {
  const kind = random(20);
  if (kind === 0) return { ...base, size: pick(nastySizes) };
  if (kind === 1) return flatten(overlay(base, pick(corpus)));
  let changed = base;
  for (let left = 1 + random(8); left > 0; left--) {
    const bytes = Array.from({ length: 1 + random(8) }, () =>
      random(2) === 0 ? pick(nastyBytes) : random(256),
    );
    changed = patch(changed, placeIn(base), bytes);
  }
  return flatten(changed);
}

function placeIn({ parts }: SparseImage): number {
  if (parts.length === 0) return random(0x11000);
  const [start, bytes] = pick(parts);
  // Superblocks are dense at the beginning of their pages.
  return start + (random(2) === 0 ? random(Math.min(bytes.length, 256)) : random(bytes.length));
}

/** The same image with one part for each page. */
function flatten({ size, parts }: SparseImage): SparseImage {
  const pages = new Map<number, Uint8Array>();
  for (const [start, bytes] of parts) {
    for (const [index, byte] of bytes.entries()) {
      const page = Math.floor((start + index) / 4096) * 4096;
      const content = pages.get(page) ?? new Uint8Array(4096);
      content[start + index - page] = byte;
      pages.set(page, content);
    }
  }
  return { size, parts: Array.from(pages) };
}

/** Runs the code on an image; gives what is wrong with the outcome. */
async function failureOf(image: SparseImage): Promise<string | undefined> {
  const [first, second] = [sourceOf(image), sourceOf(image)];
  const before = process.cpuUsage();
  try {
    await identify(first);
  } catch (error) {
    const code = error instanceof Object && "code" in error ? error.code : undefined;
    if (code !== "AMBIGUOUS_CONTENT") return `identify: ${String(error)}`;
  }
  try {
    await readPartitionTable(second);
  } catch (error) {
    return `readPartitionTable: ${String(error)}`;
  }
  const { user, system } = process.cpuUsage(before);
  if (first.bytes > mostBytes || second.bytes > mostBytes) return `${first.bytes} bytes read`;
  return (user + system) / 1000 > mostMilliseconds ? `${(user + system) / 1000} ms` : undefined;
}

/** Tells whether code has run, since it was asked last, that had never run before. */
async function watchCoverage(): Promise<() => Promise<boolean>> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const seen = new Set<string>();
  return async () => {
    const { result } = await session.post("Profiler.takePreciseCoverage");
    const before = seen.size;
    for (const { url, functions } of result) {
      if (!url.includes("block-devices/dist")) continue;
      for (const range of functions.flatMap(({ ranges }) => ranges)) {
        if (range.count > 0) seen.add(`${url}:${range.startOffset}:${range.endOffset}`);
      }
    }
    return seen.size > before;
  };
}

const corpus = readRecordedImages().map(unpack);
const isNew = await watchCoverage();
for (const image of corpus) await failureOf(image);
await isNew();
const end = Date.now() + seconds * 1000;
const started = corpus.length;
let runs = 0;
let failure: string | undefined;
while (Date.now() < end && failure === undefined) {
  const image = mutate(pick(corpus), corpus);
  failure = await failureOf(image);
  // The processor may have been busy with the compiler; slowness has to repeat itself.
  if (failure?.endsWith(" ms")) failure = (await failureOf(image)) && (await failureOf(image));
  if (await isNew()) corpus.push(image);
  runs++;
  if (failure === undefined) continue;
  const parts = image.parts.map(([at, bytes]) => [at, Buffer.from(bytes).toString("base64")]);
  writeFileSync("fuzz-failure.json", JSON.stringify({ failure, size: image.size, parts }));
}
process.stdout.write(
  `${runs} runs from seed ${seed}: ${corpus.length - started} inputs reached new code; ` +
    `${failure ?? "nothing failed"}\n`,
);
process.exitCode = failure === undefined ? 0 : 1;
