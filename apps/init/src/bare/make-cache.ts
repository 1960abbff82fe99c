// oxlint-disable-next-line import/no-unassigned-import -- what stands for the core must be there before all else
import "./stock-core.ts";
import { warmUp, workByTheClock } from "../start/warm-up.ts";
import { loadCodeCache } from "./code-cache.ts";
import { core } from "./core.ts";
import { closeSync, constants, openSync, writeSync } from "./node-fs.ts";
import { runBundle } from "./run-bundle.ts";

/** Makes the code cache of the boot program on Bare: warms it up, and keeps what V8 compiled. */
async function makeCache(directory: string, scratch: string): Promise<void> {
  const codeCache = loadCodeCache(`${directory}/code-cache-x64.bare`);
  for (const work of workByTheClock) codeCache.setFlags(`--no-${work}`);
  const { createHostUi, scriptsIn, ...bundle } = runBundle(codeCache, directory);
  const scripts = scriptsIn(new ArrayBuffer(1));
  const createUi = (linux: Parameters<typeof createHostUi>[0]) => createHostUi(linux, scripts);
  await warmUp({ ...bundle, createUi, scratch }, () => {
    for (const work of workByTheClock) codeCache.setFlags(`--${work}`);
    keep(`${directory}/init.bare.cache`, new Uint8Array(codeCache.codeCache()));
  });
}

function keep(path: string, bytes: Uint8Array): void {
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC);
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
  closeSync(file);
}

const [, , directory = "", scratch = ""] = core.argv;
void makeCache(directory, scratch);
