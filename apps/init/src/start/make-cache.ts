import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { setFlagsFromString } from "node:v8";
import { cacheName } from "./cache-name.ts";
import { compileBundle } from "./compile-bundle.ts";
import { warmUp, workByTheClock } from "./warm-up.ts";

/** Makes the code cache: warms the bundle up, and keeps what V8 compiled. */
async function makeCache(): Promise<void> {
  for (const work of workByTheClock) setFlagsFromString(`--no-${work}`);
  const { script, run } = compileBundle(`${__dirname}/init.cjs`, "/lib/earlyboot/init.cjs");
  const { createHostUi, ...bundle } = run();
  const scratch = mkdtempSync(`${tmpdir()}/earlyboot-`);
  await warmUp({ ...bundle, createUi: createHostUi, scratch }, () => {
    // A cache is only for the flags that it was made with.
    for (const work of workByTheClock) setFlagsFromString(`--${work}`);
    writeFileSync(`${__dirname}/${cacheName}`, script.createCachedData());
  });
}

void makeCache();
