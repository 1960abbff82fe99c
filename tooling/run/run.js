#!/usr/bin/env node
// What `npm start`, `npm test`, `npm run bench:boot` and `npm run bench:build` run. Needs Node 20 and
// its npm, nothing else: no package is there yet. `set-up` does all that a killed run could leave half
// done, under a lock, so that a second run waits for what the first one's children still do.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { cache, environment, root } from "./places.js";
import { setUp } from "./set-up.js";
import { die, say } from "./say.js";

const [task, ...options] = process.argv.slice(2);

switch (task) {
  case "start":
    await start();
    break;
  case "test":
    await test();
    break;
  case "bench:boot":
  case "bench:build":
    await bench(task.replace(":", "-"));
    break;
  case "set-up":
    await setUp(options);
    break;
  default:
    die(
      "Usage: npm start [-- OPTIONS], npm test [-- JEST OPTIONS] or npm run bench:boot|bench:build [-- OPTIONS].",
    );
}

async function start() {
  const ownKernel = options.some((option) => /^(-k|--kernel)(=|$)/.test(option));
  await lockedSetUp(ownKernel ? ["start", "--no-kernel"] : ["start"]);
  const { kernelFile } = await import("./kernel.js");
  const kernel = ownKernel ? [] : ["--kernel", kernelFile()];
  // npm changes to the clone; paths that a person gives are relative to where they are.
  const cwd = process.env.INIT_CWD ?? root;
  process.exitCode = await run(
    "node",
    [`${root}/apps/earlyboot/dist/main.js`, "try", ...kernel, ...options],
    {
      cwd,
    },
  );
}

async function test() {
  await lockedSetUp(["test"]);
  process.exitCode = await run("node", [
    `${root}/node_modules/jest/bin/jest.js`,
    "--maxWorkers=2",
    ...options,
  ]);
}

async function bench(name) {
  await lockedSetUp(["bench"]);
  const program = `${root}/apps/earlyboot/bench/${name}.js`;
  process.exitCode = await run("node", [program, ...options], {
    cwd: process.env.INIT_CWD ?? root,
  });
}

async function lockedSetUp(parameters) {
  mkdirSync(cache, { recursive: true });
  const self = [process.execPath, fileURLToPath(import.meta.url), "set-up", ...parameters];
  const lock = `${cache}/lock`;
  const busy = 75;
  let status = await run("flock", ["-n", "-E", String(busy), "-o", lock, ...self]);
  if (status === busy) {
    say("Another run is setting things up: waiting for it.");
    status = await run("flock", ["-o", lock, ...self]);
  }
  if (status !== 0) process.exit(status);
}

/** Runs a program on this terminal; signals that are meant for this process end the program first. */
function run(program, parameters, { cwd = root } = {}) {
  const child = spawn(program, parameters, { cwd, env: environment, stdio: "inherit" });
  const forward = (signal) => child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, forward);
  return new Promise((resolve) => {
    child.once("error", (error) => die(`Cannot run ${program}: ${error.message}`));
    child.once("exit", (status, signal) => {
      for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(name, forward);
      resolve(signal ? 128 + constants.signals[signal] : status);
    });
  });
}
